// jsimonetti/rtnetlink, which is what has the objects on top of mdlayher/netlink.
package main

import (
	"net"
	"syscall"

	"github.com/jsimonetti/rtnetlink"
	"github.com/mdlayher/netlink"
)

func dial() *rtnetlink.Conn {
	conn, err := rtnetlink.Dial(nil)
	check(err)
	return conn
}

func main() {
	measure(map[string]job{
		"routes": func(int) func(int) int {
			conn := dial()
			return func(int) int {
				routes, err := conn.Route.List()
				check(err)
				return len(routes)
			}
		},
		"links": func(int) func(int) int {
			conn := dial()
			return func(int) int {
				links, err := conn.Link.List()
				check(err)
				return len(links)
			}
		},
		"neighbours": func(int) func(int) int {
			conn := dial()
			return func(int) int {
				neighbours, err := conn.Neigh.List()
				check(err)
				return len(neighbours)
			}
		},
		"lookup": func(count int) func(int) int {
			conn := dial()
			return func(int) int {
				for i := 0; i < count; i++ {
					_, err := conn.Route.Get(&rtnetlink.RouteMessage{
						Family:     syscall.AF_INET,
						DstLength:  32,
						Attributes: rtnetlink.RouteAttributes{Dst: net.IPv4(192, 0, 2, byte(3+i%200))},
					})
					check(err)
				}
				return count
			}
		},
		"insert": func(count int) func(int) int {
			conn := dial()
			link, err := net.InterfaceByName("v0")
			check(err)
			return func(before int) int {
				for i := 0; i < count; i++ {
					check(conn.Route.Add(&rtnetlink.RouteMessage{
						Family:    syscall.AF_INET,
						DstLength: 32,
						Protocol:  3,
						Type:      1,
						Attributes: rtnetlink.RouteAttributes{
							Dst:      net.IPv4(10, byte(i>>16), byte(i>>8), byte(i)),
							Gateway:  net.IPv4(192, 0, 2, 2),
							OutIface: uint32(link.Index),
							Table:    uint32(1000 + before),
						},
					}))
				}
				return count
			}
		},
		"events": func(count int) func(int) int {
			conn, err := netlink.Dial(0, &netlink.Config{Groups: 1 << 6})
			check(err)
			check(conn.SetReadBuffer(1 << 29))
			return func(int) int {
				seen := 0
				for seen < count {
					messages, err := conn.Receive()
					check(err)
					for _, message := range messages {
						var route rtnetlink.RouteMessage
						check(route.UnmarshalBinary(message.Data))
						seen++
					}
				}
				return seen
			}
		},
	})
}

package main

import (
	"net"

	"github.com/vishvananda/netlink"
)

func main() {
	measure(map[string]job{
		"routes": func(int) func(int) int {
			return func(int) int {
				routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
				check(err)
				return len(routes)
			}
		},
		"links": func(int) func(int) int {
			return func(int) int {
				links, err := netlink.LinkList()
				check(err)
				return len(links)
			}
		},
		"neighbours": func(int) func(int) int {
			return func(int) int {
				neighbours, err := netlink.NeighList(0, netlink.FAMILY_V4)
				check(err)
				return len(neighbours)
			}
		},
		"lookup": func(count int) func(int) int {
			return func(int) int {
				for i := 0; i < count; i++ {
					_, err := netlink.RouteGet(net.IPv4(192, 0, 2, byte(3+i%200)))
					check(err)
				}
				return count
			}
		},
		"insert": func(count int) func(int) int {
			link, err := netlink.LinkByName("v0")
			check(err)
			return func(before int) int {
				for i := 0; i < count; i++ {
					dst := net.IPNet{IP: net.IPv4(10, byte(i>>16), byte(i>>8), byte(i)), Mask: net.CIDRMask(32, 32)}
					check(netlink.RouteAdd(&netlink.Route{
						Dst:       &dst,
						Gw:        net.IPv4(192, 0, 2, 2),
						LinkIndex: link.Attrs().Index,
						Table:     1000 + before,
					}))
				}
				return count
			}
		},
	})
}

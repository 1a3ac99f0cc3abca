// The same script in Go.
package main

import (
	"fmt"

	"github.com/vishvananda/netlink"
)

func main() {
	links, err := netlink.LinkList()
	if err != nil {
		panic(err)
	}
	for _, link := range links {
		attrs := link.Attrs()
		fmt.Println(attrs.Name, attrs.MTU, attrs.OperState)
	}
}

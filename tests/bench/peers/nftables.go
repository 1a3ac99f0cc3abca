// Go with google/nftables: elements are added in messages of a thousand, since one attribute has at most 64 KiB.
package main

import (
	"encoding/binary"

	"github.com/google/nftables"
)

func addresses(i int) []byte {
	return []byte{10, byte(i >> 16), byte(i >> 8), byte(i)}
}

func port(i int) []byte {
	return binary.BigEndian.AppendUint16(nil, uint16(1+i%60000))
}

// The elements of each kind, the same as in netfilter_jobs.ts.
var kinds = map[string]func(i int) []nftables.SetElement{
	"addresses": func(i int) []nftables.SetElement { return []nftables.SetElement{{Key: addresses(i)}} },
	"intervals": func(i int) []nftables.SetElement {
		return []nftables.SetElement{{Key: addresses(8 * i)}, {Key: addresses(8*i + 5), IntervalEnd: true}}
	},
	"concatenations": func(i int) []nftables.SetElement {
		return []nftables.SetElement{{Key: append(append(addresses(i), port(i)...), 0, 0)}}
	},
	"maps": func(i int) []nftables.SetElement { return []nftables.SetElement{{Key: addresses(i), Val: port(i)}} },
}

func bench() (*nftables.Conn, *nftables.Table, *nftables.Set) {
	conn, err := nftables.New()
	check(err)
	table := &nftables.Table{Family: nftables.TableFamilyIPv4, Name: "bench"}
	return conn, table, &nftables.Set{Table: table, Name: "s", KeyType: nftables.TypeIPAddr}
}

func adder(kind string) job {
	return func(count int) func(int) int {
		return func(int) int {
			conn, _, set := bench()
			set.IsMap, set.Interval = kind == "maps", kind == "intervals"
			for i := 0; i < count; {
				var some []nftables.SetElement
				for ; i < count && len(some) < 1000; i++ {
					some = append(some, kinds[kind](i)...)
				}
				check(conn.SetAddElements(set, some))
				check(conn.Flush())
			}
			return count
		}
	}
}

func main() {
	measure(map[string]job{
		"nft-add-addresses":      adder("addresses"),
		"nft-add-intervals":      adder("intervals"),
		"nft-add-concatenations": adder("concatenations"),
		"nft-add-maps":           adder("maps"),
		"nft-list": func(int) func(int) int {
			return func(int) int {
				conn, _, set := bench()
				found, err := conn.GetSetElements(set)
				check(err)
				return len(found)
			}
		},
		"nft-rules": func(int) func(int) int {
			return func(int) int {
				conn, table, _ := bench()
				found, err := conn.GetRules(table, &nftables.Chain{Name: "c", Table: table})
				check(err)
				return len(found)
			}
		},
	})
}

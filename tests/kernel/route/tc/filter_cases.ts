/** Filters in the words of `tc`, and as they are listed: every kind of filter, and every kind of action. */

/** A case: the words after `tc filter add dev v0 ingress`, and kind and options. */
export type FilterCase = readonly [words: string, expected: object];

const sel = {
  flags: ["terminal"],
  offshift: 0,
  offmask: 0,
  off: 0,
  offoff: 0,
  hoff: 0,
  hmask: 0,
};

/** The cases. */
export const FILTERS: readonly FilterCase[] = [
  ["protocol ip prio 1 u32 match ip dst 10.0.0.0/8 match ip protocol 6 0xff flowid 1:10", {
    kind: "u32",
    options: {
      classid: "1:10",
      hash: "800::",
      sel: {
        ...sel,
        keys: [
          { mask: 0xff00_0000, val: 0x0a00_0000, off: 16, offmask: 0 },
          { mask: 0x00ff_0000, val: 0x0006_0000, off: 8, offmask: 0 },
        ],
      },
      flags: ["not_in_hw"],
    },
  }],
  [
    "protocol ipv6 prio 1 u32 match ip6 dst 2001:db8::/32 match u32 1 0xff at -16 action mirred egress redirect dev v1",
    {
      kind: "u32",
      options: {
        hash: "800::",
        sel: {
          ...sel,
          keys: [
            { mask: 0xffff_ffff, val: 0x2001_0db8, off: 24, offmask: 0 },
            { mask: 0xff, val: 1, off: -16, offmask: 0 },
          ],
        },
        flags: ["not_in_hw"],
        act: [{ kind: "mirred", action: "stolen", options: { eaction: "egress_redir", dev: "v1" } }],
      },
    },
  ],
  ["protocol all prio 2 bpf bytecode '1,6 0 0 4294967295' flowid 1:1", {
    kind: "bpf",
    options: {
      classid: "1:1",
      ops: [{ code: 6, jt: 0, jf: 0, k: 0xffff_ffff }],
      flagsGen: ["not_in_hw"],
    },
  }],
  [
    "protocol all prio 2 bpf bytecode '1,6 0 0 1' action mirred ingress mirror dev v1 action mirred egress mirror dev v1",
    {
      kind: "bpf",
      options: {
        ops: [{ code: 6, jt: 0, jf: 0, k: 1 }],
        flagsGen: ["not_in_hw"],
        act: [
          { kind: "mirred", action: "pipe", options: { eaction: "ingress_mirror", dev: "v1" } },
          { kind: "mirred", action: "pipe", options: { eaction: "egress_mirror", dev: "v1" } },
        ],
      },
    },
  ],
];

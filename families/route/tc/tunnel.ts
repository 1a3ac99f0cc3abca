/**
 * Options in the headers of tunnels, which the filter `flower` matches and the action `tunnel_key` sets.
 *
 * Source: linux/pkt_cls.h TCA_FLOWER_KEY_ENC_OPT_*, linux/tc_act/tc_tunnel_key.h, net/sched/cls_flower.c, v7.1
 *
 * @module
 */
import {
  type Attributes,
  attributes,
  be16,
  be32,
  be64,
  bytes,
  type Codec,
  eachAttribute,
  type RepeatedCodec,
  type Shape,
  shown,
  u32,
  u8,
} from "../../../core/codec/mod.ts";

/** A Geneve option: a TLV in the tunnel's header. */
export interface TcGeneveOption {
  /** Namespace of the type, 0..65535. */
  class?: number;
  /** Type, 0..255. */
  type?: number;
  /** Data, a multiple of 4 bytes, at most 124. */
  data?: Uint8Array;
}

/** Wire form of {@linkcode TcGeneveOption}. */
export const TcGeneveOption: Attributes<TcGeneveOption> = attributes((): Shape<TcGeneveOption> => ({
  class: [1, be16],
  type: [2, u8],
  data: [3, bytes],
}));

/** VXLAN's option. */
export interface TcVxlanOption {
  /** Group policy id. */
  gbp?: number;
}

/** Wire form of {@linkcode TcVxlanOption}. */
export const TcVxlanOption: Attributes<TcVxlanOption> = attributes((): Shape<TcVxlanOption> => ({ gbp: [1, u32] }));

/** ERSPAN's option. */
export interface TcErspanOption {
  /** Version: 1 has `index`, 2 has `dir` and `hwid`. */
  ver?: number;
  /** Port index, version 1. */
  index?: number;
  /** Direction of the mirrored traffic, version 2. */
  dir?: number;
  /** Hardware id, 0..63, version 2. */
  hwid?: number;
}

/** Wire form of {@linkcode TcErspanOption}. */
export const TcErspanOption: Attributes<TcErspanOption> = attributes((): Shape<TcErspanOption> => ({
  ver: [1, u8],
  index: [2, be32],
  dir: [3, u8],
  hwid: [4, u8],
}));

/** GTP's option. */
export interface TcGtpOption {
  /** Type of the PDU session container: 0 downlink, 1 uplink. */
  pduType?: number;
  /** Identifier of the flow's quality of service. */
  qfi?: number;
}

/** Wire form of {@linkcode TcGtpOption}. */
export const TcGtpOption: Attributes<TcGtpOption> = attributes((): Shape<TcGtpOption> => ({
  pduType: [1, u8],
  qfi: [2, u8],
}));

/** PFCP's option. */
export interface TcPfcpOption {
  /** Type: 0 a message about a node, 1 about a session. */
  type?: number;
  /** Identifier of the session's end. */
  seid?: bigint;
}

/** Wire form of {@linkcode TcPfcpOption}. */
export const TcPfcpOption: Attributes<TcPfcpOption> = attributes((): Shape<TcPfcpOption> => ({
  type: [1, u8],
  seid: [2, be64],
}));

/** Options of one kind of tunnel. */
export interface TcTunnelOptions {
  /** Geneve options, in order. */
  geneve?: readonly TcGeneveOption[];
  /** VXLAN's option. */
  vxlan?: TcVxlanOption;
  /** ERSPAN's option. */
  erspan?: TcErspanOption;
  /** GTP's option. The action `tunnel_key` has none. */
  gtp?: TcGtpOption;
  /** PFCP's option. The action `tunnel_key` has none. */
  pfcp?: TcPfcpOption;
}

const GENEVE = 1, CLASS = 1, NLA_F_NESTED = 0x8000;

/**
 * Geneve options. The kernel lists all of them one behind the other in one nest, but takes only the last of such a list:
 * requests have a nest for each option.
 */
const geneve: Codec<readonly TcGeneveOption[]> & RepeatedCodec = {
  name: "Geneve options",
  repeated: true,
  decode(from, at, end) {
    const options: TcGeneveOption[] = [];
    eachAttribute(from, at, end, (id, start, stop) => {
      if (id !== GENEVE) return;
      let begin = start + 4;
      const add = (to: number): void => {
        if (to > begin) options.push(TcGeneveOption.decode(from, begin, to, {}));
        begin = to;
      };
      eachAttribute(from, start + 4, stop, (id, inner) => {
        if (id === CLASS) add(inner);
      });
      add(stop);
    });
    return options;
  },
  encode(value, to) {
    if (!Array.isArray(value)) to.fail(TypeError, `expected an array, got ${shown(value)}`);
    (value as readonly TcGeneveOption[]).forEach((one, i) => {
      to.path.push(i);
      const start = to.open(GENEVE | NLA_F_NESTED);
      TcGeneveOption.encode(one, to, {});
      to.close(start);
      to.path.pop();
    });
  },
  walk(_from, at, end, owner, visit) {
    visit({ name: undefined, id: GENEVE, start: at, at: at + 4, end, codec: TcGeneveOption, owner });
  },
};

/** Wire form of {@linkcode TcTunnelOptions}. */
export const TcTunnelOptions: Attributes<TcTunnelOptions> = attributes((): Shape<TcTunnelOptions> => ({
  geneve: [GENEVE, geneve],
  vxlan: [2, TcVxlanOption],
  erspan: [3, TcErspanOption],
  gtp: [4, TcGtpOption],
  pfcp: [5, TcPfcpOption],
}));

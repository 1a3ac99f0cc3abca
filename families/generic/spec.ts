/**
 * The language in which the kernel describes netlink families (YNL): what a specification is, once it is parsed.
 *
 * Its files are YAML, in Documentation/netlink/specs of the kernel's source; whoever has one parses it, or its JSON form,
 * and hands in the object. All four levels of the language are here: genetlink, genetlink-c, genetlink-legacy and
 * netlink-raw.
 *
 * Source: Documentation/netlink/genetlink-legacy.yaml and netlink-raw.yaml, v7.2.
 * @module
 */

/** A number, or the name of a constant or limit: `wg-key-len`, `u32-max`. */
export type SpecNumber = number | string;

/** One value of an enumeration or one bit of flags; a name alone has the number after the one before. */
export type SpecEntry = string | {
  /** Its name. */
  readonly name: string;
  /** Its number; of flags, that of the bit. */
  readonly value?: number;
};

/** A field of a struct. */
export interface SpecMember {
  /** Its name. */
  readonly name: string;
  /** `u8` … `s64`, `binary`, `string`, `pad`. */
  readonly type: string;
  /** Bytes, of what has no size of its own. */
  readonly len?: SpecNumber;
  /** `big-endian` where it is not the machine's. */
  readonly "byte-order"?: string;
  /** The definition that names its values. */
  readonly enum?: string;
  /** Whether these are bits. */
  readonly "enum-as-flags"?: boolean;
  /** How people read it: `mac`, `ipv4` … */
  readonly "display-hint"?: string;
  /** The struct that lies in it. */
  readonly struct?: string;
}

/** A constant, an enumeration, flags or a struct. */
export interface SpecDefinition {
  /** Its name. */
  readonly name: string;
  /** What the names of its constants begin with. */
  readonly "name-prefix"?: string;
  /** `const`, `enum`, `flags` or `struct`. */
  readonly type: string;
  /** The number of a constant. */
  readonly value?: SpecNumber;
  /** The number of the first entry; 0 when absent. */
  readonly "value-start"?: number;
  /** The entries of an enumeration or of flags. */
  readonly entries?: readonly SpecEntry[];
  /** The fields of a struct. */
  readonly members?: readonly SpecMember[];
}

/** What a value must be. */
export interface SpecChecks {
  /** Least value. */
  readonly min?: SpecNumber;
  /** Greatest value. */
  readonly max?: SpecNumber;
  /** Least length in bytes. */
  readonly "min-len"?: SpecNumber;
  /** Greatest length in bytes. */
  readonly "max-len"?: SpecNumber;
  /** The length in bytes. */
  readonly "exact-len"?: SpecNumber;
  /** The definition whose bits alone may be set. */
  readonly "flags-mask"?: SpecNumber;
}

/** An attribute. */
export interface SpecAttribute {
  /** Its name. */
  readonly name: string;
  /** What its payload is; of the attribute that it stands for, in a subset. */
  readonly type?: string;
  /** Its number; the one after the attribute before when absent. */
  readonly value?: number;
  /** `big-endian` where it is not the machine's. */
  readonly "byte-order"?: string;
  /** Whether it comes once for each item. */
  readonly "multi-attr"?: boolean;
  /** The set that lies in it. */
  readonly "nested-attributes"?: string;
  /** What the items of an array are. */
  readonly "sub-type"?: string;
  /** What the attribute numbers of the nests around its set say. */
  readonly "type-value"?: readonly string[];
  /** The definition that names its values. */
  readonly enum?: string;
  /** Whether these are bits. */
  readonly "enum-as-flags"?: boolean;
  /** How people read it: `hex`, `mac`, `ipv4`, `ipv6`, `ipv4-or-v6`, `uuid` … */
  readonly "display-hint"?: string;
  /** The struct that it holds. */
  readonly struct?: string;
  /** Bytes of a payload of fixed size. */
  readonly len?: SpecNumber;
  /** The messages, one of which lies in it. */
  readonly "sub-message"?: string;
  /** The attribute that says which. */
  readonly selector?: string;
  /** What its value must be. */
  readonly checks?: SpecChecks;
}

/** Attributes that share a space of numbers. */
export interface SpecAttributeSet {
  /** Its name. */
  readonly name: string;
  /** The set whose numbers and types it takes. */
  readonly "subset-of"?: string;
  /** The attributes. */
  readonly attributes: readonly SpecAttribute[];
}

/** What a payload may be, told by an attribute beside it. */
export interface SpecSubMessage {
  /** Its name. */
  readonly name: string;
  /** One for each value of the selector. */
  readonly formats: readonly {
    /** The selector's value. */
    readonly value: string | number;
    /** The struct that comes first. */
    readonly "fixed-header"?: string;
    /** The attributes behind it. */
    readonly "attribute-set"?: string;
  }[];
}

/** What a message holds. */
export interface SpecMessage {
  /** Its number. */
  readonly value?: number;
  /** The attributes that may be in it. */
  readonly attributes?: readonly string[];
}

/** A way to ask: once, or for a dump. */
export interface SpecMode {
  /** What is asked. */
  readonly request?: SpecMessage;
  /** What comes back. */
  readonly reply?: SpecMessage;
}

/** An operation, or a message that comes unasked. */
export interface SpecOperation {
  /** Its name. */
  readonly name: string;
  /** What it is for. */
  readonly doc?: string;
  /** Its number; the one after the operation before when absent. */
  readonly value?: number;
  /** The attributes that its messages are made of. */
  readonly "attribute-set"?: string;
  /** The struct in front of them. */
  readonly "fixed-header"?: string;
  /** Who may ask: `admin-perm`, `uns-admin-perm`. */
  readonly flags?: readonly string[];
  /** How it is asked once. */
  readonly do?: SpecMode;
  /** How it is asked for a dump. */
  readonly dump?: SpecMode;
  /** The operation whose reply it looks like, coming unasked. */
  readonly notify?: string;
  /** What it holds, coming unasked. */
  readonly event?: SpecMessage;
  /** The group that it goes to. */
  readonly mcgrp?: string;
}

/** A specification. */
export interface Spec {
  /** The family's name. */
  readonly name: string;
  /** `genetlink` when absent, `genetlink-c`, `genetlink-legacy` or `netlink-raw`. */
  readonly protocol?: string;
  /** The protocol's number, of `netlink-raw`. */
  readonly protonum?: number;
  /** What it is for. */
  readonly doc?: string;
  /** The version that messages say; 1 when absent. */
  readonly version?: number;
  /** Constants, enumerations, structs. */
  readonly definitions?: readonly SpecDefinition[];
  /** Sets of attributes. */
  readonly "attribute-sets"?: readonly SpecAttributeSet[];
  /** Payloads told apart by another attribute. */
  readonly "sub-messages"?: readonly SpecSubMessage[];
  /** Operations and messages that come unasked. */
  readonly operations: {
    /** `unified`, or `directional` where requests and replies are numbered apart. */
    readonly "enum-model"?: string;
    /** The struct in front of the attributes of all. */
    readonly "fixed-header"?: string;
    /** All of them. */
    readonly list: readonly SpecOperation[];
  };
  /** Multicast groups. */
  readonly "mcast-groups"?: {
    /** All of them. */
    readonly list: readonly {
      /** Its name. */
      readonly name: string;
      /** Its number, of `netlink-raw`. */
      readonly value?: number;
    }[];
  };
}

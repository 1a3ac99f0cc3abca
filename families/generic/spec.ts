/**
 * The language in which the kernel describes netlink families (YNL): the types of a parsed specification.
 *
 * Specifications are YAML files in Documentation/netlink/specs of the kernel's source. Parse such a file, or its JSON
 * form, and pass the resulting object. All four levels of the language are supported: genetlink, genetlink-c,
 * genetlink-legacy and netlink-raw.
 *
 * Source: Documentation/netlink/genetlink-legacy.yaml and netlink-raw.yaml, v7.2.
 * @module
 */

/** A number, or the name of a constant or limit: `wg-key-len`, `u32-max`. */
export type SpecNumber = number | string;

/** A value of an enumeration, or a bit of flags. A name alone has the number after the previous one. */
export type SpecEntry = string | {
  /** The name. */
  readonly name: string;
  /** The number; for flags, the bit's position. */
  readonly value?: number;
};

/** A field of a struct. */
export interface SpecMember {
  /** The name. */
  readonly name: string;
  /** The type: `u8` … `s64`, `binary`, `string`, `pad`. */
  readonly type: string;
  /** The length in bytes, for types without a size of their own. */
  readonly len?: SpecNumber;
  /** The byte order: `big-endian` if it is not the machine's. */
  readonly "byte-order"?: string;
  /** The definition that names the values. */
  readonly enum?: string;
  /** True if the value is a set of the definition's bits. */
  readonly "enum-as-flags"?: boolean;
  /** The display format: `mac`, `ipv4` … */
  readonly "display-hint"?: string;
  /** The struct that it contains. */
  readonly struct?: string;
}

/** A constant, an enumeration, flags or a struct. */
export interface SpecDefinition {
  /** The name. */
  readonly name: string;
  /** The prefix of the names of its constants. */
  readonly "name-prefix"?: string;
  /** The type: `const`, `enum`, `flags` or `struct`. */
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

/** The conditions on a value. */
export interface SpecChecks {
  /** The least value. */
  readonly min?: SpecNumber;
  /** The greatest value. */
  readonly max?: SpecNumber;
  /** The least length in bytes. */
  readonly "min-len"?: SpecNumber;
  /** The greatest length in bytes. */
  readonly "max-len"?: SpecNumber;
  /** The exact length in bytes. */
  readonly "exact-len"?: SpecNumber;
  /** The definition of the bits that may be set. */
  readonly "flags-mask"?: SpecNumber;
}

/** An attribute. */
export interface SpecAttribute {
  /** The name. */
  readonly name: string;
  /** The type of its payload; absent in a subset, which takes it from the full set. */
  readonly type?: string;
  /** The attribute number; when absent, the number after that of the previous attribute. */
  readonly value?: number;
  /** The byte order: `big-endian` if it is not the machine's. */
  readonly "byte-order"?: string;
  /** True if it is an array whose elements are attributes of the same number. */
  readonly "multi-attr"?: boolean;
  /** The attribute set of the nest. */
  readonly "nested-attributes"?: string;
  /** The type of an array's elements. */
  readonly "sub-type"?: string;
  /** The names of the values that are the attribute numbers of the nests around its set. */
  readonly "type-value"?: readonly string[];
  /** The definition that names the values. */
  readonly enum?: string;
  /** True if the value is a set of the definition's bits. */
  readonly "enum-as-flags"?: boolean;
  /** The display format: `hex`, `mac`, `ipv4`, `ipv6`, `ipv4-or-v6`, `uuid` … */
  readonly "display-hint"?: string;
  /** The struct that it contains. */
  readonly struct?: string;
  /** The length in bytes of a payload of fixed size. */
  readonly len?: SpecNumber;
  /** The sub-message that it contains. */
  readonly "sub-message"?: string;
  /** The attribute whose value selects the format of the sub-message. */
  readonly selector?: string;
  /** The conditions on its value. */
  readonly checks?: SpecChecks;
}

/** An attribute set: attributes that share a space of numbers. */
export interface SpecAttributeSet {
  /** The name. */
  readonly name: string;
  /** The set that it is a subset of, and whose numbers and types it takes. */
  readonly "subset-of"?: string;
  /** The attributes. */
  readonly attributes: readonly SpecAttribute[];
}

/** A sub-message: a payload whose format depends on the value of another attribute. */
export interface SpecSubMessage {
  /** The name. */
  readonly name: string;
  /** The formats, one for each value of the selector. */
  readonly formats: readonly {
    /** The selector's value. */
    readonly value: string | number;
    /** The struct at the start. */
    readonly "fixed-header"?: string;
    /** The attribute set after it. */
    readonly "attribute-set"?: string;
  }[];
}

/** The content of a message. */
export interface SpecMessage {
  /** The number. */
  readonly value?: number;
  /** The names of the attributes that it may contain. */
  readonly attributes?: readonly string[];
}

/** A mode of an operation: one request, or a dump. */
export interface SpecMode {
  /** The request. */
  readonly request?: SpecMessage;
  /** The reply. */
  readonly reply?: SpecMessage;
}

/** An operation, a notification or an event. */
export interface SpecOperation {
  /** The name. */
  readonly name: string;
  /** The purpose. */
  readonly doc?: string;
  /** The number; when absent, the number after that of the previous operation. */
  readonly value?: number;
  /** The attribute set of its messages. */
  readonly "attribute-set"?: string;
  /** The struct before the attributes. */
  readonly "fixed-header"?: string;
  /** Flags, such as the privilege that it needs: `admin-perm`, `uns-admin-perm`. */
  readonly flags?: readonly string[];
  /** The messages of a single request. */
  readonly do?: SpecMode;
  /** The messages of a dump. */
  readonly dump?: SpecMode;
  /** For a notification, the operation whose reply has the same form. */
  readonly notify?: string;
  /** For an event, its content. */
  readonly event?: SpecMessage;
  /** For a notification or event, its multicast group. */
  readonly mcgrp?: string;
}

/** A specification. */
export interface Spec {
  /** The name of the family. */
  readonly name: string;
  /** The level of the language: `genetlink` (when absent), `genetlink-c`, `genetlink-legacy` or `netlink-raw`. */
  readonly protocol?: string;
  /** The number of the protocol, for `netlink-raw`. */
  readonly protonum?: number;
  /** The purpose. */
  readonly doc?: string;
  /** The version in the header of messages; 1 when absent. */
  readonly version?: number;
  /** The constants, enumerations, flags and structs. */
  readonly definitions?: readonly SpecDefinition[];
  /** The attribute sets. */
  readonly "attribute-sets"?: readonly SpecAttributeSet[];
  /** The sub-messages. */
  readonly "sub-messages"?: readonly SpecSubMessage[];
  /** The operations, notifications and events. */
  readonly operations: {
    /** The numbering: `unified`, or `directional` if requests and replies are numbered separately. */
    readonly "enum-model"?: string;
    /** The struct before the attributes of every operation. */
    readonly "fixed-header"?: string;
    /** The operations. */
    readonly list: readonly SpecOperation[];
  };
  /** The multicast groups. */
  readonly "mcast-groups"?: {
    /** The groups. */
    readonly list: readonly {
      /** The name. */
      readonly name: string;
      /** The number, for `netlink-raw`. */
      readonly value?: number;
    }[];
  };
}

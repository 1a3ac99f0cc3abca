import { family } from "../../families/generic/mod.ts"; // 29 a family nobody wrote a module for
const nbd = family("nbd"); //   its policy is read from the kernel,
console.log(nbd.describe(), nbd.request("connect", { index: 1 })); //   names from a YNL spec when one is given
const text = '{ "name": "netdev", "operations": { "list": [] } }';
const netdev = family("netdev", { spec: JSON.parse(text) });
console.log(netdev.describe());

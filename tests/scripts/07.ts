import { algorithms } from "../../families/crypto.ts"; // 7 /proc/crypto, typed
const aead = algorithms.list().filter((a) => a.type === "aead");
console.log(aead);

import { families } from "../../families/registry.ts"; // 6 what does this kernel speak?
console.table(families());

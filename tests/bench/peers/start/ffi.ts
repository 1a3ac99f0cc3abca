/** What opening libc takes on top of that. @module */
import { libc } from "../../../../ffi/runtime.ts";

libc();

/** Measures the start of a runtime and opening libc. @module */
import { libc } from "../../../../ffi/runtime.ts";

libc();

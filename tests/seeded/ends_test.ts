import { assert } from "@std/assert";
import { skip, test } from "../test.ts";

test("compares", () => assert(true));
test("lacks a tool", () => skip("this is nowhere"));
test("has no assertion", () => console.log("not here: this"));
test("is wrong", () => assert(false));
test("never resolves", { timeout: 1_000 }, () => new Promise((resolve) => setTimeout(resolve, 1e9)));

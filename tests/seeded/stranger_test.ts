import { test } from "node:test";

test("is declared by node:test instead of tests/test.ts", () => {});

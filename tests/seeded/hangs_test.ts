import { test } from "../test.ts";

test("blocks", { timeout: 1_000 }, () => {
  for (;;);
});

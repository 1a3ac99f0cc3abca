import { assert } from "@std/assert";
import { test } from "../test.ts";

test("is run though another hung", () => assert(true));

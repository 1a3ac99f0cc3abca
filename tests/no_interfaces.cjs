// For npm on a machine whose kernel cannot list interfaces any more; see .ci/run.
const dns = require("node:dns");
require("node:os").networkInterfaces = () => ({});
const { lookup } = dns;
// With ADDRCONFIG libc would ask which addresses there are.
dns.lookup = (host, options, callback) =>
  typeof options === "function" ? lookup(host, options) : lookup(host, { ...options, hints: 0 }, callback);
// Install scripts ask the report which libc this is; it need not list interfaces for that.
if (process.report) process.report.excludeNetwork = true;

// For npm on a machine whose kernel cannot list interfaces any more; see .ci/run.
require("node:os").networkInterfaces = () => ({});

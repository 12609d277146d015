// Loads a bundle of the extension as VS Code's host does, in which Node's own modules are loaded already, with a `vscode`
// that stands for everything; prints the processor time that it took, in ms.
const Module = require('node:module');

Module.builtinModules.filter((name) => /^[a-z]\w*$/.test(name)).forEach(require);

const handler = { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything), apply: () => anything };
const anything = new Proxy(class {}, handler);
// A bundle copies a module's members by its prototype.
const vscode = Object.create(anything);
const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

const before = process.cpuUsage();
require(process.argv[2]);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
process.exit();

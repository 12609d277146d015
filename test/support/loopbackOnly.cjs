'use strict';
// Preloaded into the unit suite and inherited by every process that it starts: what connects to another machine than
// this one is refused, and the suite fails, whoever swallowed the error.

const assert = require('node:assert/strict');
const dgram = require('node:dgram');
const { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const net = require('node:net');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');

const LOCAL = /^(localhost|127(\.\d+){3}|(::ffff:)?127(\.\d+){3}|::1|::|0\.0\.0\.0)$/i;

if (process.env.INKLING_REFUSED === undefined) {
  process.env.INKLING_REFUSED = join(mkdtempSync(join(tmpdir(), 'inkling-refused-')), 'refused');
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(__filename)}`.trim();
  exports.mochaGlobalTeardown = () => {
    const file = process.env.INKLING_REFUSED;
    const refused = existsSync(file) ? readFileSync(file, 'utf8') : '';
    rmSync(dirname(file), { recursive: true, force: true });
    assert.equal(refused, '', 'something reached for another machine');
  };
}

/** @returns the error of a refused connection; nothing for this machine */
function refusal(host) {
  if (host === undefined || host === null || LOCAL.test(host)) return undefined;
  const message = `The tests reach this machine only, not ${host}.`;
  appendFileSync(process.env.INKLING_REFUSED, `${host} ${new Error().stack.split('\n').slice(3, 9).join('')}\n`);
  return Object.assign(new Error(message), { code: 'ENETUNREACH' });
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  // As net normalises its arguments: options, a path, or a port and a host.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const host =
    typeof first === 'object' && first !== null ? first.host : typeof second === 'string' ? second : undefined;
  const error = refusal(host);
  return error ? this.destroy(error) : connect.apply(this, args);
};

const { send } = dgram.Socket.prototype;
dgram.Socket.prototype.send = function (...args) {
  const error = refusal(args.findLast((arg) => typeof arg === 'string'));
  if (error) throw error;
  return send.apply(this, args);
};

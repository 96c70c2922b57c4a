'use strict';
// Stands in for the compiled part of AWS's Node.js client, which needs a C++ compiler to install: the
// same four calls, over plain HTTP. Posts are synchronous there, so they are here.

const { spawnSync } = require('node:child_process');
const http = require('node:http');

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;

const POST = `
  const http = require('node:http');
  const body = require('node:fs').readFileSync(0);
  const request = http.request(process.argv[1], { method: 'POST', agent: false }, (it) => it.resume());
  request.end(body);
`;

function post(path, body) {
  if (typeof body !== 'string') {
    throw new Error('A string was expected');
  }
  const done = spawnSync(process.execPath, ['-e', POST, base + path], { input: body, env: {} });
  if (done.status !== 0) {
    throw new Error(String(done.stderr));
  }
}

exports.done = (id, body) => post(`${id}/response`, body);
exports.error = (id, body) => post(`${id}/error`, body);
exports.next = () =>
  new Promise((resolve, reject) => {
    const request = http.get(`${base}next`, { agent: false }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('end', () =>
        resolve({ bodyJson: Buffer.concat(pieces).toString(), headers: response.headers }),
      );
    });
    request.on('error', reject);
  });

'use strict';

const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

const { streamifyResponse, HttpResponseStream } = awslambda;

exports.text = streamifyResponse(async (event, stream) => {
  stream.setContentType('text/plain');
  stream.write('zwölf ');
  stream.write('68', 'hex');
  stream.end(`${event.n}`);
});
exports.bytes = streamifyResponse(async (event, stream) => {
  stream.write(Buffer.from([0x61, 0]));
  stream.write(new Uint8Array([0x62]));
  stream.write({ object: [null] });
  stream.write(7);
  stream.end();
});
exports.metadata = streamifyResponse(async (event, stream) => {
  const http = HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
  http.write('<p>');
  http.end();
});
exports.piped = streamifyResponse(async (event, stream) => {
  await pipeline(Readable.from(['a', 'b', 'c']), stream);
});
exports.nothing = streamifyResponse(async (event, stream) => {
  stream.end();
});
exports.context = streamifyResponse(async (event, stream, context) => {
  const remaining = context.getRemainingTimeInMillis() > 0;
  stream.end(JSON.stringify([Object.keys(context).sort(), context.awsRequestId, remaining]));
});
exports.returns = streamifyResponse(async (event, stream) => {
  stream.end('all');
  return 'ignored';
});
exports.says = streamifyResponse(
  async (event, stream) => {
    const said = [stream.writableHighWaterMark, stream.writable, stream.writableEnded, stream.writableNeedDrain];
    said.push(stream.write('x'), stream.write('y'.repeat(70_000)));
    stream.end(JSON.stringify(said.slice(1)));
  },
  { highWaterMark: 1000 },
);
exports.worksOn = streamifyResponse(async (event, stream) => {
  stream.end('all');
  setTimeout(() => console.log('worked on'), 30);
});
exports.counts = streamifyResponse(async (event, stream) => {
  globalThis.count = (globalThis.count ?? 0) + 1;
  stream.end(String(globalThis.count));
});

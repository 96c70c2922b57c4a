'use strict';
// Streams what the event, or the path of an HTTP request, says.

const { once } = require('node:events');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');

let open = () => {};
/** Waits for a call that `goes`, in the same instance. */
const gate = () =>
  new Promise((resolve) => {
    open = resolve;
  });

function* letters(count) {
  for (let at = 0; at < count; at += 1024) {
    yield String.fromCharCode(97 + ((at / 1024) % 26)).repeat(1024);
  }
}

const ways = {
  async plain(stream) {
    stream.setContentType('text/plain');
    stream.write('one ');
    stream.end('two');
  },
  async types(stream) {
    let refused = 0;
    for (const type of ['a/b\r\nSet-Cookie: c=d', 'text/plain; name=é', '', 'x'.repeat(2000)]) {
      try {
        stream.setContentType(type);
      } catch {
        refused += 1;
      }
    }
    stream.end(`refused ${refused}`);
  },
  async octets(stream) {
    stream.write(Buffer.from([0, 255, 1]));
    stream.write({ a: [1] });
    stream.end();
  },
  async waits(stream) {
    stream.setContentType('text/event-stream');
    const opened = gate();
    stream.write('first');
    await opened;
    stream.end('second');
  },
  async goes(stream) {
    open();
    stream.end('went');
  },
  async metadata(stream) {
    const http = awslambda.HttpResponseStream.from(stream, {
      statusCode: 201,
      headers: { 'content-type': 'text/html', 'x-own': 'yes' },
      cookies: ['a=1', 'b=2'],
    });
    http.write('<p>');
    http.end('</p>');
  },
  async empty(stream) {
    awslambda.HttpResponseStream.from(stream, { statusCode: 404 }).end();
  },
  async bodiless(stream) {
    awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end('not sent');
  },
  async broken(stream) {
    awslambda.HttpResponseStream.from(stream, { statusCode: 1 }).end('never seen');
  },
  async nothing(stream) {
    stream.end();
  },
  async large(stream) {
    await pipeline(Readable.from(letters(8 * 1024 * 1024)), stream);
  },
  async huge(stream) {
    await pipeline(Readable.from(letters(48 * 1024 * 1024)), stream);
    console.log('all of it is written');
  },
  async drains(stream) {
    let written = 0;
    let waits = 0;
    while (written < 2 * 1024 * 1024) {
      written += 10_000;
      if (!stream.write('x'.repeat(10_000))) {
        waits += 1;
        await once(stream, 'drain');
      }
    }
    stream.end(`|${written} ${waits > 0} ${stream.writableLength <= stream.writableHighWaterMark}`);
  },
  async throwsBefore() {
    throw new RangeError('before');
  },
  async throwsAfter(stream) {
    stream.write('half');
    throw new RangeError('after');
  },
  async throwsInPipeline(stream) {
    async function* source() {
      yield 'half';
      throw new RangeError('in the source');
    }
    await pipeline(Readable.from(source()), stream);
  },
  async late(stream) {
    stream.write('half');
    stream.setContentType('text/plain');
  },
  async sleeps(stream) {
    stream.write('half');
    await new Promise((resolve) => setTimeout(resolve, 1_000_000));
  },
  async forgets(stream) {
    stream.write('half');
  },
  async killed(stream) {
    const opened = gate();
    stream.write('half');
    await opened;
    process.kill(process.pid, 'SIGKILL');
  },
  async worksOn(stream) {
    const opened = gate();
    stream.end('all');
    await opened;
    console.log('worked on');
  },
  synchronous(stream) {
    stream.end('all');
  },
  async returns(stream) {
    stream.end('all');
    return 'ignored';
  },
  async context(stream, event, context) {
    stream.end(JSON.stringify([event.n, context.awsRequestId.length, context.getRemainingTimeInMillis() > 0]));
  },
};

exports.handler = awslambda.streamifyResponse((event, stream, context) =>
  ways[event.do ?? event.rawPath.substring(1)](stream, event, context),
);

exports.whole = async (event) => {
  if (event.do === 'throws') {
    throw new RangeError('as a whole');
  }
  return event.do === 'large' ? 'x'.repeat(5_000_000) : { statusCode: 201, body: 'text' };
};

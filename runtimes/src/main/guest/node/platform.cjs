'use strict';
// The socket to the platform and the frames on it (docs/design/002-frames.md).

const net = require('node:net');

const PROTOCOL_VERSION = 2;
const HELLO = 1;
const READY = 2;
const INIT_ERROR = 3;
const RESULT = 4;
const ERROR = 5;
const INVOKE = 0x41;
const SPECIALISE = 0x42;

/** A piece of text with its length before it, in two bytes. */
function text(value) {
  const bytes = Buffer.from(value).subarray(0, 0xffff);
  const head = Buffer.allocUnsafe(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

function parseInvoke(number, body) {
  let at = 8;
  const take = (width) => {
    const start = at + width;
    at = start + body.readUIntBE(at, width);
    return body.toString('utf8', start, at);
  };
  return {
    number,
    deadline: Number(body.readBigUInt64BE(0)),
    requestId: take(2),
    functionArn: take(2),
    traceId: take(2),
    clientContext: take(4),
    cognitoIdentity: take(4),
    payload: body.subarray(at),
  };
}

function parseVariables(body) {
  let at = 4;
  const take = () => {
    const start = at + 4;
    at = start + body.readUInt32BE(at);
    return body.toString('utf8', start, at);
  };
  return Array.from({ length: body.readUInt32BE(0) }, () => [take(), take()]);
}

class Platform {
  #socket;
  #pending = [];
  #size = 0;
  #gathers = false;
  #gathering = false;

  /** What to do when the platform gives the variables of a function. */
  onFunction = () => {};

  constructor(path, onCall) {
    this.#socket = net.connect(path);
    this.#socket.on('data', (piece) => this.#receive(piece, onCall));
    this.#socket.on('error', () => process.exit(0));
    this.#socket.on('close', () => process.exit(0));
  }

  #receive(piece, onCall) {
    this.#pending.push(piece);
    this.#size += piece.length;
    while (this.#size >= 9) {
      let data = this.#pending.length === 1 ? this.#pending[0] : undefined;
      if (!data) {
        if (this.#pending[0].length < 9) {
          this.#pending = [Buffer.concat(this.#pending)];
        }
        const end = 4 + this.#pending[0].readUInt32BE(0);
        if (this.#size < end) {
          return;
        }
        data = Buffer.concat(this.#pending);
        this.#pending = [data];
      }
      const end = 4 + data.readUInt32BE(0);
      if (this.#size < end) {
        return;
      }
      this.#pending = data.length > end ? [data.subarray(end)] : [];
      this.#size -= end;
      if (data[4] === INVOKE) {
        onCall(parseInvoke(data.readUInt32BE(5), data.subarray(9, end)));
      } else if (data[4] === SPECIALISE) {
        this.onFunction(parseVariables(data.subarray(9, end)));
      }
    }
  }

  #send(type, number, bodies, sent) {
    const head = Buffer.allocUnsafe(9);
    head.writeUInt32BE(5 + bodies.reduce((sum, body) => sum + body.length, 0), 0);
    head[4] = type;
    head.writeUInt32BE(number, 5);
    if (this.#gathers && !this.#gathering) {
      this.#gathering = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#gathering = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(Buffer.concat([head, ...bodies]), sent);
  }

  /** Whether waiting for the next call keeps the process alive. */
  keepAlive(wanted) {
    if (wanted) {
      this.#socket.ref();
    } else {
      this.#socket.unref();
    }
  }

  hello() {
    const version = Buffer.alloc(2);
    version.writeUInt16BE(PROTOCOL_VERSION);
    this.#send(HELLO, 0, [version, text(`node ${process.versions.node}`)]);
  }

  /** For `calls` at a time; answers that come in the same turn of the event loop go together. */
  ready(calls) {
    const count = Buffer.alloc(2);
    count.writeUInt16BE(calls);
    this.#send(READY, 0, [count]);
    this.#gathers = calls > 1;
  }

  initError(error, sent) {
    this.#send(INIT_ERROR, 0, [text(error.errorType ?? ''), Buffer.from(JSON.stringify(error))], sent);
  }

  result(number, json) {
    this.#send(RESULT, number, [Buffer.from(json)]);
  }

  error(number, error, sent) {
    const bodies = [text(error.errorType ?? ''), Buffer.from(JSON.stringify(error))];
    this.#send(ERROR, number, bodies, sent);
  }
}

module.exports = { Platform };

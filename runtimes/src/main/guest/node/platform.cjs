'use strict';
// The socket to the platform and the frames on it (docs/design/002-frames.md).

const net = require('node:net');

const PROTOCOL_VERSION = 3;
const HELLO = 1;
const READY = 2;
const INIT_ERROR = 3;
const RESULT = 4;
const ERROR = 5;
const BEGIN = 6;
const CHUNK = 7;
const END = 8;
const INVOKE = 0x41;
const SPECIALISE = 0x42;
const WINDOW = 0x43;
const TENANT = 0x44;

/** The bytes of a frame before its body. */
const HEAD = 9;

/** A piece of text with its length before it, in two bytes. */
function text(value) {
  const bytes = Buffer.from(value).subarray(0, 0xffff);
  const head = Buffer.allocUnsafe(2);
  head.writeUInt16BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** The head of a frame with a body of `size` bytes, with room for so much of that. */
function frame(type, number, size, room) {
  const head = Buffer.allocUnsafe(HEAD + room);
  head.writeUInt32BE(HEAD - 4 + size, 0);
  head[4] = type;
  head.writeUInt32BE(number, 5);
  return head;
}

function parseInvoke(number, tenantId, body) {
  let at = 8;
  const take = (width) => {
    const start = at + width;
    at = start + body.readUIntBE(at, width);
    return body.toString('utf8', start, at);
  };
  return {
    number,
    tenantId,
    deadline: body.readUInt32BE(0) * 2 ** 32 + body.readUInt32BE(4),
    requestId: take(2),
    functionArn: take(2),
    traceId: take(2),
    clientContext: take(4),
    cognitoIdentity: take(4),
    payload: body.toString('utf8', at),
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
  /** Pieces of a frame that has not come as a whole. */
  #pending = [];
  #size = 0;
  /** How long they must be for the frame, or what comes first of it, to be whole. */
  #needed = HEAD;
  #gathers = false;
  #gathering = false;
  /** Whose the calls are, if the function keeps its tenants apart. */
  #tenantId;

  /** What to do when the platform gives the variables of a function. */
  onFunction = () => {};
  /** What to do when it has room for more of the response to a call. */
  onRoom = (_number, _bytes) => {};

  constructor(path, onCall) {
    // One buffer for all that is read: what is kept of it is copied.
    const buffer = Buffer.allocUnsafeSlow(64 * 1024);
    const callback = (count) => {
      this.#receive(buffer.subarray(0, count), onCall);
      return true;
    };
    this.#socket = net.connect({ path, onread: { buffer, callback } });
    this.#socket.on('error', () => process.exit(0));
    this.#socket.on('close', () => process.exit(0));
  }

  #receive(piece, onCall) {
    let data = piece;
    if (this.#size > 0) {
      this.#pending.push(Buffer.from(piece));
      this.#size += piece.length;
      if (this.#size < this.#needed) {
        return;
      }
      data = Buffer.concat(this.#pending);
    }
    let at = 0;
    let needed = HEAD;
    while (data.length - at >= needed) {
      needed = 4 + data.readUInt32BE(at);
      if (data.length - at >= needed) {
        const [start, end] = [at, at + needed];
        at = end;
        needed = HEAD;
        this.#take(data[start + 4], data.readUInt32BE(start + 5), data.subarray(start + HEAD, end), onCall);
      }
    }
    this.#pending = at < data.length ? [Buffer.from(data.subarray(at))] : [];
    this.#size = data.length - at;
    this.#needed = needed;
  }

  /** Takes one frame, whose body is overwritten after this. */
  #take(type, number, body, onCall) {
    if (type === INVOKE) {
      onCall(parseInvoke(number, this.#tenantId, body));
    } else if (type === TENANT) {
      this.#tenantId = body.toString('utf8');
    } else if (type === SPECIALISE) {
      this.onFunction(parseVariables(body));
    } else if (type === WINDOW) {
      this.onRoom(number, body.readUInt32BE(0));
    }
  }

  #send(type, number, bodies, sent) {
    const size = bodies.reduce((sum, body) => sum + body.length, 0);
    this.#write(Buffer.concat([frame(type, number, size, 0), ...bodies]), sent);
  }

  #write(whole, sent) {
    if (this.#gathers && !this.#gathering) {
      this.#gathering = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#gathering = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(whole, sent);
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
    const size = Buffer.byteLength(json);
    const whole = frame(RESULT, number, size, size);
    whole.write(json, HEAD);
    this.#write(whole);
  }

  /** The response is going to be a stream; the call ends with `result` or `error` all the same. */
  begin(number, contentType) {
    this.#send(BEGIN, number, [text(contentType)]);
  }

  chunk(number, bytes, sent) {
    this.#send(CHUNK, number, [bytes], sent);
  }

  /** The stream is complete. */
  end(number) {
    this.#send(END, number, []);
  }

  /** A call is over whose response was a stream. */
  done(number) {
    this.#send(RESULT, number, []);
  }

  error(number, error, sent) {
    const bodies = [text(error.errorType ?? ''), Buffer.from(JSON.stringify(error))];
    this.#send(ERROR, number, bodies, sent);
  }
}

module.exports = { Platform };

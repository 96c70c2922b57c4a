'use strict';
// Responses that handlers send as streams, with what AWS's runtime offers for them.

const { Writable } = require('node:stream');
const { InvalidStreamingOperation } = require('./errors.cjs');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** How many bytes may be under way before the platform has taken any (002-frames). */
const WINDOW_BYTES = 256 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** The streams that are being written, by their calls' numbers. */
const open = new Map();

/**
 * The stream that a handler writes its response to. What the platform has no room for waits here, so
 * that `write` says when to wait for 'drain'.
 */
class ResponseStream extends Writable {
  #platform;
  #number;
  #contentType = 'application/octet-stream';
  #begun = false;
  #failed = false;
  #room = WINDOW_BYTES;
  /** What waits for room, and whom to tell when it has gone. */
  #waiting;

  /** What `HttpResponseStream.from` has to say before anything else. */
  _onBeforeFirstWrite;

  constructor(platform, number, highWaterMark) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.#platform = platform;
    this.#number = number;
    open.set(number, this);
    this.on('error', () => {});
  }

  setContentType(contentType) {
    if (this.#begun) {
      throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    }
    const type = String(contentType);
    if (!/^[\x20-\x7e]{1,1000}$/.test(type)) {
      throw new InvalidStreamingOperation('The content type cannot be sent in a header.');
    }
    this.#contentType = type;
  }

  #begin() {
    this.#begun = true;
    this._onBeforeFirstWrite?.((piece) => super.write(piece));
  }

  write(piece, ...more) {
    if (!this.#begun) {
      this.#begin();
    }
    const bytes = typeof piece === 'string' || piece instanceof Uint8Array;
    return super.write(bytes ? piece : JSON.stringify(piece), ...more);
  }

  end(piece, ...more) {
    if (typeof piece === 'function') {
      return this.end(undefined, undefined, piece);
    }
    if (piece !== undefined && piece !== null) {
      this.write(piece, typeof more[0] === 'string' ? more[0] : undefined);
    } else if (!this.#begun) {
      this.#begin();
    }
    const finished = more.find((each) => typeof each === 'function');
    return finished ? super.end(finished) : super.end();
  }

  #announce() {
    if (this.#contentType !== undefined) {
      this.#platform.begin(this.#number, this.#contentType);
      this.#contentType = undefined;
    }
  }

  _write(piece, _encoding, written) {
    this.#announce();
    this.#waiting = { piece, written };
    if (this.#room > 0) {
      this.#send();
    }
  }

  /** A piece counts as written once the socket has taken its end, never at once. */
  #send() {
    const { piece, written } = this.#waiting;
    this.#waiting = undefined;
    let at = 0;
    do {
      const end = at + Math.min(piece.length - at, this.#room, CHUNK_BYTES);
      this.#platform.chunk(
        this.#number,
        piece.subarray(at, end),
        end === piece.length ? written : undefined,
      );
      this.#room -= end - at;
      at = end;
    } while (at < piece.length && this.#room > 0);
    if (at < piece.length) {
      this.#waiting = { piece: piece.subarray(at), written };
    }
  }

  /** The platform has taken so much. */
  more(bytes) {
    this.#room += bytes;
    if (this.#waiting) {
      this.#send();
    }
  }

  /** Ends it after all that has been written, without saying that this was the whole response. */
  fail(then) {
    if (this.closed) {
      then();
      return;
    }
    this.once('close', then);
    if (!this.writableEnded) {
      this.#failed = true;
      super.end();
    }
  }

  _final(finished) {
    if (!this.#failed) {
      this.#announce();
      this.#platform.end(this.#number);
    }
    finished();
  }

  _destroy(error, destroyed) {
    open.delete(this.#number);
    this.#waiting = undefined;
    destroyed(error);
  }
}

/** Status, headers and cookies before the body: JSON, and eight bytes of zero. */
class HttpResponseStream {
  static from(stream, metadata) {
    stream.setContentType('application/vnd.awslambda.http-integration-response');
    const json = JSON.stringify(metadata);
    stream._onBeforeFirstWrite = (write) => {
      write(json);
      write(new Uint8Array(8));
    };
    return stream;
  }
}

function streamifyResponse(handler, options) {
  handler[STREAMING] = 'response';
  if (typeof options?.highWaterMark === 'number') {
    handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
  }
  return handler;
}

/** Comes true when a stream is over, written to its end or not. */
const closed = (stream) =>
  new Promise((resolve) => {
    if (stream.closed) {
      resolve();
    } else {
      stream.once('close', resolve);
    }
  });

module.exports = {
  STREAMING,
  HIGH_WATER_MARK,
  HttpResponseStream,
  ResponseStream,
  streamifyResponse,
  closed,
  hasRoom: (number, bytes) => open.get(number)?.more(bytes),
};

'use strict';
// Error objects as AWS's runtime interface client for Node.js makes them.

const { types } = require('node:util');

/** From Node 24 on AWS's client is the fourth major version, which has no callbacks. */
const withoutCallbacks = Number(process.versions.node.split('.')[0]) >= 24;

// Lambda shows DEL (0x7f) escaped: it travels in headers there.
const printable = (text) => text?.replace(/\x7F/g, '%7F');

const lines = (stack) => (typeof stack === 'string' ? stack.split('\n') : stack);

function runtimeError(name) {
  const type = {
    [name]: class extends Error {
      constructor(cause, promise) {
        super(cause);
        if (name === 'UnhandledPromiseRejection') {
          this.reason = cause;
          this.promise = promise;
        }
        if (withoutCallbacks) {
          // The fourth version's errors carry their names themselves, and so the log shows them.
          this.name = `Runtime.${name}`;
          if (name === 'UserCodeSyntaxError') {
            this.stack = cause.stack;
          }
        }
      }
    },
  }[name];
  type.prototype.name = `Runtime.${name}`;
  return type;
}

const looksLikeError = (value) =>
  [value.name, value.message, value.stack].every((text) => typeof text === 'string' && text !== '');

/** What the caller gets: type, message and trace of anything that was thrown. */
function toErrorObject(thrown) {
  try {
    if (types.isNativeError(thrown) || looksLikeError(thrown)) {
      return {
        errorType: printable(thrown.name),
        errorMessage: printable(thrown.message),
        trace: printable(thrown.stack).split('\n'),
      };
    }
    return { errorType: typeof thrown, errorMessage: thrown.toString(), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

function visible(value) {
  if (!(value instanceof Error)) {
    return value;
  }
  const shown = {
    errorType: value.name,
    errorMessage: value.message,
    code: value.code,
    ...value,
  };
  if (typeof value.stack === 'string') {
    shown.stack = lines(value.stack);
  }
  return shown;
}

/** One line of JSON for the log, with the error's own properties too. */
function toLogText(error) {
  try {
    return '\t' + JSON.stringify(error, (_key, value) => visible(value));
  } catch {
    return '\t' + JSON.stringify(toErrorObject(error));
  }
}

module.exports = {
  withoutCallbacks,
  lines,
  toErrorObject,
  toLogText,
  asError: (value) => (value instanceof Error ? value : new Error(value)),
  ImportModuleError: runtimeError('ImportModuleError'),
  HandlerNotFound: runtimeError('HandlerNotFound'),
  MalformedHandlerName: runtimeError('MalformedHandlerName'),
  UserCodeSyntaxError: runtimeError('UserCodeSyntaxError'),
  MalformedStreamingHandler: runtimeError('MalformedStreamingHandler'),
  InvalidStreamingOperation: runtimeError('InvalidStreamingOperation'),
  UnhandledPromiseRejection: runtimeError('UnhandledPromiseRejection'),
  CallbackHandlerDeprecated: runtimeError('CallbackHandlerDeprecated'),
  JSONStringifyError: runtimeError('JSONStringifyError'),
};

'use strict';
// Finds the handler that `folder/file.export.name` means, in CommonJS and in ES modules.

const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const errors = require('./errors.cjs');

// Handlers see the module that required them in messages; on Lambda it is this one.
const requireFromRuntime = createRequire('/var/runtime/index.mjs');

const { withoutCallbacks } = errors;

function split(handler) {
  if (handler.includes('..')) {
    throw new errors.MalformedHandlerName(
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = path.basename(handler);
  const folder = handler.substring(0, handler.indexOf(file));
  const match = /^([^.]*)\.(.*)$/.exec(file);
  if (!match) {
    throw new errors.MalformedHandlerName('Bad handler');
  }
  return { folder, module: match[1], name: match[2] };
}

/** Whether the nearest package.json makes .js files ES modules. */
function isModuleFolder(folder) {
  for (let at = folder; !at.endsWith('/node_modules'); at = path.dirname(at)) {
    const file = path.join(at, 'package.json');
    if (existsSync(file)) {
      try {
        return JSON.parse(readFileSync(file, 'utf8'))?.type === 'module';
      } catch (error) {
        console.warn(
          `${file} cannot be read, it will be ignored for ES module detection purposes.`,
          error,
        );
        return false;
      }
    }
    if (at === '/') {
      return false;
    }
  }
  return false;
}

const requireFile = (file) => (existsSync(file) ? requireFromRuntime(file) : undefined);
const importFile = async (file) => (existsSync(file) ? import(file) : undefined);

async function loadModule(root, { folder, module }) {
  const file = path.resolve(root, folder, module);
  const searched = () =>
    requireFromRuntime(requireFromRuntime.resolve(module, { paths: [root, path.join(root, folder)] }));
  if (withoutCallbacks) {
    for (const extension of ['', '.js', '.mjs', '.cjs']) {
      const loaded = await importFile(file + extension);
      if (loaded) {
        return loaded;
      }
    }
    return searched();
  }
  const isModule = existsSync(file + '.js') && isModuleFolder(path.dirname(file));
  return (
    requireFile(file) ||
    (isModule ? await importFile(file + '.js') : requireFile(file + '.js')) ||
    (await importFile(file + '.mjs')) ||
    requireFile(file + '.cjs') ||
    searched()
  );
}

const find = (module, name) =>
  name.split('.').reduce((at, key) => (at ? at[key] : undefined), module);

/** Loads the handler's module from the folder `root` and gives the handler. */
async function load(root, handler) {
  const parts = split(handler);
  let module;
  try {
    module = await loadModule(root, parts);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new errors.UserCodeSyntaxError(error);
    }
    if (error?.code === 'MODULE_NOT_FOUND') {
      throw new errors.ImportModuleError(error);
    }
    throw error;
  }
  let found = find(module, parts.name);
  if (!found && withoutCallbacks) {
    found = find(module?.default, parts.name);
  }
  if (!found) {
    throw new errors.HandlerNotFound(`${handler} is undefined or not exported`);
  }
  if (typeof found !== 'function') {
    throw new errors.HandlerNotFound(`${handler} is not a function`);
  }
  return found;
}

module.exports = { load };

Promise.reject(new Error('at load'));
exports.handler = async () => 1;

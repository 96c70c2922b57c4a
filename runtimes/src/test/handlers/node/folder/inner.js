exports.handler = async () => __filename.split('/').slice(-2).join('/');

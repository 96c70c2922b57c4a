'use strict';
const absent = require('there-is-no-such-module');

exports.handler = async () => absent;

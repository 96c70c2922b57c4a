await Promise.reject(new Error('at load'));

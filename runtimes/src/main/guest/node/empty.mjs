// Imported by a guest that waits for its function, so that the loader of ES modules is ready.

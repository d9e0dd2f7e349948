"""Letters by e-mail: written with the act, sent by the worker, tried again until they go."""

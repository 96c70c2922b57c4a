package io.mayfly.aws;

/** An HTTP response, complete but for what the listener adds (length, date). */
public record WireResponse(int status, Headers headers, byte[] body) implements WireAnswer {}

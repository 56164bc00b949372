import type { Dispatcher } from 'undici';

/**
 * The dispatcher, and a word when a request is about to be written to a connection that stands. Before that word not
 * one byte of it has left, whatever went wrong: no name, no connection, no TLS, no time.
 */
export const noting = (dispatcher: Dispatcher, started: () => void): Dispatcher =>
  dispatcher.compose((dispatch) => (options, handler) => dispatch(options, forwarding(handler, started)));

const forwarding = (handler: Dispatcher.DispatchHandler, started: () => void): Dispatcher.DispatchHandler => ({
  onRequestStart: (controller, context) => {
    started();
    handler.onRequestStart?.(controller, context);
  },
  onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
  onResponseStart: (...head) => handler.onResponseStart?.(...head),
  onResponseData: (...chunk) => handler.onResponseData?.(...chunk),
  onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
  onResponseError: (...failure) => handler.onResponseError?.(...failure),
});

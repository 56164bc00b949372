import { assertConforms } from './conformance.ts';
import type { RunningGateway } from './gateway.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
}

/**
 * Speaks to a gateway with a key, the test key unless another is given. Every exchange is held against docs/openapi.json.
 */
export function api(gateway: Pick<RunningGateway, 'url' | 'keys'>, key: string = gateway.keys.test) {
  const call = async (
    method: string,
    path: string,
    more: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const response = await fetch(path.startsWith('http') ? path : gateway.url + path, {
      method,
      headers: {
        ...(key !== '' && { authorization: `Bearer ${key}` }),
        ...(more.body !== undefined && { 'content-type': 'application/json' }),
        ...more.headers,
      },
      ...(more.body !== undefined && { body: typeof more.body === 'string' ? more.body : JSON.stringify(more.body) }),
    });
    const { status, headers } = response;
    const body = parsed(await response.text());
    const url = new URL(response.url);
    if (url.origin === gateway.url) {
      assertConforms({ method, path: url.pathname, status, headers, requestBody: more.body, responseBody: body });
    }
    return { status, headers, body };
  };
  return {
    call,
    create: (body: unknown, headers?: Record<string, string>) =>
      call('POST', '/v1/video/generations', { body, ...(headers && { headers }) }),
    get: (id: string) => call('GET', `/v1/video/generations/${id}`),
    /** Asks until the generation has ended. */
    finished: async (id: string, withinSeconds = 30): Promise<Answer> => {
      const until = performance.now() + withinSeconds * 1000;
      for (;;) {
        const answer = await call('GET', `/v1/video/generations/${id}`);
        if (answer.body.status === 'completed' || answer.body.status === 'failed') return answer;
        if (performance.now() > until)
          throw new Error(`${id} has not ended after ${withinSeconds} s: ${JSON.stringify(answer.body)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

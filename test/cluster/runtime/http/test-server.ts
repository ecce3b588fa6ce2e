/**
 * A plain HTTP server on a free port of this machine.
 */

import {
  type HttpServer,
  type HttpServerOptions,
  startHttpServer,
} from '../../../../cluster/runtime/http/server';
import { silentLogger } from '../../../../cluster/runtime/log';

/** The options of a test's server without routes. */
export const TEST_SERVER: HttpServerOptions = {
  what: 'the test',
  address: '127.0.0.1',
  port: 0,
  addressFlag: '--ip',
  portFlag: '--port',
  log: silentLogger,
  routes: [],
};

/** Starts it with these options beside those of every test. */
export function startTestServer(options: Partial<HttpServerOptions>): Promise<HttpServer> {
  return startHttpServer({ ...TEST_SERVER, ...options });
}

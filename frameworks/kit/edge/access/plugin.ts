/**
 * The plug-in points of a framework's REST door, as types for those who write plugins.
 *
 * A module exports a function that gets a `PluginContext` and returns one of these, or a promise of it. An authenticator
 * names the sender of a request; an authorizer decides what senders may do.
 */

import type { Principal } from '../../../../cluster/model/principal';
import type { Outcome } from '../rest/outcome';
import type { Authorizer } from './authorizer';

export type { PluginContext } from '../../../../cluster/runtime/plugins/load-plugin';
export type { Action, Resource } from './authorizer';
export type { Outcome, Principal };

/** A request as an authenticator sees it. It has no body. */
export interface PluginRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string;
}

export interface AuthenticatorPlugin {
  /** The sender; undefined for one that is not known. A failure is answered with 503. */
  authenticate(request: PluginRequest): Principal | undefined | Promise<Principal | undefined>;
  /** The answer to a sender that is not known; 401 without a body otherwise. */
  notAuthenticated?(request: PluginRequest): Outcome;
}

export type AuthorizerPlugin = Authorizer;

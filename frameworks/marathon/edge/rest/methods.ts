/** The methods of routes: OPTIONS tells them, others are refused, as in the original (JAX-RS). */

import type { Method, Route } from '../../../../cluster/runtime/http/server';
import { handlerOf, type RestDoor } from '../../../kit/edge/rest/door';
import type { Outcome } from '../../../kit/edge/rest/outcome';
import { failure } from '../../api/violations';

/** The header that names the methods; HEAD goes with GET. */
function allowOf(methods: readonly Method[]): { readonly allow: string } {
  const both = methods.flatMap((method): Method[] => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return { allow: [...new Set<Method>([...both, 'OPTIONS'])].join(', ') };
}

export function methodsOutcome(methods: readonly Method[]): Outcome {
  return { status: 200, headers: allowOf(methods) };
}

export function methodRefusal(methods: readonly Method[]): Outcome {
  return { ...failure(405, 'Method Not Allowed'), headers: allowOf(methods) };
}

/** The route with answers to HEAD and OPTIONS, unless it has them. */
export function withOptions(door: RestDoor, route: Route): Route {
  const { GET, ...others } = route.methods;
  const outcome = methodsOutcome(Object.keys(route.methods) as Method[]);
  const methods = { ...(GET && { GET, HEAD: GET }), OPTIONS: handlerOf(door, () => outcome), ...others };
  return { ...route, methods };
}

/**
 * The v0 endpoints that change something, each passed on as a v1 call (Mesos 1.11 src/master/http.cpp).
 */

import type { Call } from '../../../api/generated/master';
import type { AgentID, Resource } from '../../../api/generated/mesos';
import { messageFromJson } from '../../../api/json-read';
import type { Handler, Request } from '../../../runtime/http/server';
import { removeError } from '../../core/quota/validate';
import { type OperatorContext, passCall } from './operator-door';
import { plain } from './scheduler-api';

function bodyOf(request: Request): string {
  return (request.body as Buffer | undefined)?.toString('utf8') ?? '';
}

/** The fields of a form. */
type Form = ReadonlyMap<string, string>;

/** Reads a form; of a field given twice the last one counts. Throws an Error in Mesos' words. */
function readForm(body: string): Form {
  const broken = /%(?![0-9a-f]{2}).{0,2}/i.exec(body);
  if (broken) {
    const part = body.split(/[&;=]/).find((text) => text.includes(broken[0])) ?? body;
    throw new Error(`Unable to decode query string: Malformed % escape in '${part}': '${broken[0]}'`);
  }
  return new Map(new URLSearchParams(body));
}

/** Creates a handler for a form; an error that `handle` throws is answered 400. */
function ofForm(handle: (form: Form, ...to: Parameters<Handler>) => unknown): Handler {
  return (request, reply) => {
    try {
      return handle(readForm(bodyOf(request)), request, reply);
    } catch (error) {
      return plain(reply, 400, (error as Error).message);
    }
  };
}

/** POST /teardown, with the form `frameworkId=...`. */
export function teardown(door: OperatorContext): Handler {
  return ofForm((form, request, reply) => {
    const value = form.get('frameworkId');
    if (value === undefined)
      return plain(reply, 400, "Missing 'frameworkId' query parameter in the request body");
    return passCall(door, request, reply, { type: 'TEARDOWN', teardown: { framework_id: { value } } });
  });
}

type ResourceCall = 'reserve' | 'unreserve' | 'create-volumes' | 'destroy-volumes';

/** POST /reserve and its relatives, with a form: slaveId, and resources or volumes as JSON. */
export function resourceForm(door: OperatorContext, what: ResourceCall): Handler {
  return ofForm((form, request, reply) => {
    const value = form.get('slaveId');
    if (value === undefined)
      return plain(reply, 400, "Missing 'slaveId' query parameter in the request body");
    return passCall(door, request, reply, resourceCall(what, { value }, form));
  });
}

function resourceCall(what: ResourceCall, agent_id: AgentID, form: Form): Call {
  switch (what) {
    case 'reserve': {
      const resources = listOf(form, 'resources', 'Error parsing');
      const source = form.has('source') ? listOf(form, 'source', 'Error parsing') : undefined;
      const reserve_resources = { agent_id, resources, source };
      return { type: 'RESERVE_RESOURCES', reserve_resources };
    }
    case 'unreserve':
      return {
        type: 'UNRESERVE_RESOURCES',
        unreserve_resources: { agent_id, resources: listOf(form, 'resources') },
      };
    case 'create-volumes':
      return { type: 'CREATE_VOLUMES', create_volumes: { agent_id, volumes: listOf(form, 'volumes') } };
    case 'destroy-volumes':
      return { type: 'DESTROY_VOLUMES', destroy_volumes: { agent_id, volumes: listOf(form, 'volumes') } };
  }
}

/** The resources in a field of the form, a JSON array. Throws an Error in Mesos' words. */
function listOf(form: Form, key: string, what = 'Error in parsing'): Resource[] {
  const text = form.get(key);
  if (text === undefined) throw new Error(`Missing '${key}' query parameter in the request body`);
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed)) throw new Error('expected a JSON array');
    return parsed.map((resource) => messageFromJson('mesos.v1.Resource', resource));
  } catch (error) {
    throw new Error(`${what} '${key}' query parameter in the request body: ${(error as Error).message}`);
  }
}

/** PUT /weights, with a JSON array such as `[{"role": "web", "weight": 2.0}]`. */
export function putWeights(door: OperatorContext): Handler {
  return (request, reply) => {
    const body = bodyOf(request);
    let what = 'Failed to parse update weights request JSON';
    try {
      const parsed: unknown = JSON.parse(body);
      if (!Array.isArray(parsed)) throw new Error('expected a JSON array');
      what = 'Failed to convert weights JSON array to protobuf';
      const weight_infos = parsed.map((weight) => messageFromJson('mesos.v1.WeightInfo', weight));
      return passCall(door, request, reply, { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos } });
    } catch (error) {
      return plain(reply, 400, `${what} '${body}': ${(error as Error).message}`);
    }
  };
}

/** POST /quota, with a QuotaRequest such as `{"role": "web", "guarantee": [...]}`. */
export function postQuota(door: OperatorContext): Handler {
  return (request, reply) => {
    const body = bodyOf(request);
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch (error) {
      return plain(
        reply,
        400,
        `Failed to parse set quota request JSON '${body}': ${(error as Error).message}`,
      );
    }
    try {
      const quota_request = messageFromJson('mesos.v1.quota.QuotaRequest', parsed);
      return passCall(door, request, reply, { type: 'SET_QUOTA', set_quota: { quota_request } });
    } catch (error) {
      const what = (error as Error).message;
      return plain(reply, 400, `Failed to validate set quota request JSON '${body}': ${what}`);
    }
  };
}

/** DELETE /quota/ROLE. */
export function deleteQuota(door: OperatorContext): Handler {
  return (request, reply) => {
    const role = (request.params as { '*'?: string })['*'] ?? '';
    const where = ` for path '/master/quota/${role}'`;
    const wrong = door.read((state) => removeError(state, role, where));
    if (wrong) return plain(reply, 400, wrong);
    return passCall(door, request, reply, { type: 'REMOVE_QUOTA', remove_quota: { role } });
  };
}

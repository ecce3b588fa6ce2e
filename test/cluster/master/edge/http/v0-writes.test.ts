import { MasterAtWork } from './running';

const work = new MasterAtWork();

beforeAll(() => work.start());
afterAll(() => work.end());

const AGENT = 'slaveId=none&';
const rows = [
  ['POST', '/reserve', '', "Missing 'slaveId' query parameter in the request body"],
  ['POST', '/reserve', AGENT, "Missing 'resources' query parameter in the request body"],
  [
    'POST',
    '/reserve',
    `${AGENT}resources={`,
    "Error parsing 'resources' query parameter in the request body: ",
  ],
  ['POST', '/reserve', `${AGENT}resources=[]&source={`, "Error parsing 'source' query parameter in the "],
  ['POST', '/unreserve', `${AGENT}resources={`, "Error in parsing 'resources' query parameter in the "],
  ['POST', '/create-volumes', AGENT, "Missing 'volumes' query parameter in the request body"],
  ['POST', '/destroy-volumes', `${AGENT}volumes=[7]`, "Error in parsing 'volumes' query parameter in the "],
  ['POST', '/reserve', `${AGENT}resources=[{"name":"","type":"SCALAR"}]`, 'No agent found with specified ID'],
  [
    'POST',
    '/reserve',
    `slaveId=%zz&resources=[]`,
    "Unable to decode query string: Malformed % escape in '%zz': '%zz'",
  ],
  ['POST', '/teardown', 'frameworkId=a&frameworkId=%2', "Malformed % escape in '%2': '%2'"],
  ['POST', '/teardown', '', "Missing 'frameworkId' query parameter in the request body"],
  ['POST', '/teardown', 'frameworkId=x', 'No framework found with specified ID'],
  ['PUT', '/weights', '{', "Failed to parse update weights request JSON '{': "],
  ['PUT', '/weights', '[7]', "Failed to convert weights JSON array to protobuf '[7]': "],
  ['DELETE', '/quota', '', "Failed to parse remove quota request for path '/master/quota': expected 3 "],
  [
    'DELETE',
    '/quota/web',
    '',
    "Failed to remove quota for path '/master/quota/web': Role 'web' has no quota",
  ],
] as const;

it.each(rows)('%s %s with "%s" is answered 400: %s', async (method, path, body, text) => {
  const answer = await work.ask(path, { method, body });
  expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(text) as string });
});

test('a v1 call with wrong resources is refused before its agent is looked up', async () => {
  const resources = [{ name: '', type: 'SCALAR', scalar: { value: 1 } }];
  const reserve_resources = { agent_id: { value: 'none' }, resources };
  const answer = await work.call('/api/v1', { type: 'RESERVE_RESOURCES', reserve_resources });
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(
    /^Failed to validate master::Call: Resource .* is invalid: Empty resource name$/,
  );
});

test('a v1 call without its member is refused with the name of the member', async () => {
  const without = await work.call('/api/v1', { type: 'UPDATE_QUOTA' });
  expect(without.text).toBe("Failed to validate master::Call: Expecting 'update_quota' to be present");
  const volume = { name: 'disk', type: 'SCALAR', scalar: { value: 1 } };
  const grow_volume = { volume, addition: volume };
  expect((await work.call('/api/v1', { type: 'GROW_VOLUME', grow_volume })).text).toBe(
    "Failed to validate master::Call: Expecting 'agent_id' to be present; " +
      'only agent default resources are supported right now',
  );
});

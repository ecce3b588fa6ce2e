import { registryConfig, taggedImage } from '../../../../../cluster/agent/docker/core/registry-config';

const auths = { 'registry:5000': { auth: 'dXNlcjpwYXNz' } };

test('both forms of Docker say who we are, and nothing else counts', () => {
  expect(registryConfig(JSON.stringify(auths))).toEqual({ auths });
  const more = { auths, credsStore: 'x', cliPluginsExtraDirs: ['/a'] };
  expect(registryConfig(JSON.stringify(more))).toEqual({ auths });
  expect(registryConfig('{}')).toEqual({ auths: {} });
});

test("Docker's own registry has the name that Docker gives it", () => {
  const hub = { auth: 'YTpi' };
  expect(registryConfig(JSON.stringify({ auths: { 'docker.io': hub } }))).toEqual({
    auths: { 'https://index.docker.io/v1/': hub, 'docker.io': hub },
  });
});

test.each([
  ['{', 'it is not JSON'],
  ['[]', 'it is not a JSON object'],
  ['{"auths": 1}', "'auths' is not an object"],
])('%s is refused: %s', (text, reason) => {
  expect(() => registryConfig(text)).toThrow(reason);
});

test.each<[image: string, tagged: string]>([
  ['nginx', 'nginx:latest'],
  ['library/nginx:1', 'library/nginx:1'],
  ['registry:5000/a/b', 'registry:5000/a/b:latest'],
  ['localhost/a', 'localhost/a:latest'],
  ['10.0.0.1/a@sha256:00', '10.0.0.1/a@sha256:00'],
  ['[::1]:5000/a', '[::1]:5000/a:latest'],
])('the image %s is %s', (image, tagged) => {
  expect(taggedImage(image)).toBe(tagged);
});

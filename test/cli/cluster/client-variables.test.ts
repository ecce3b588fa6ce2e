import { clientVariables } from '../../../cli/cluster/client-variables';

const endpoint = (part: string, url: string) => ({ part, url, about: '' });
const USUAL = [
  endpoint('master', 'http://127.0.0.1:5050'),
  endpoint('agent 1', 'http://127.0.0.1:5051'),
  endpoint('marathon', 'http://127.0.0.1:8080'),
  endpoint('dns', '127.0.0.1:8053'),
  endpoint('dns', 'http://127.0.0.1:8123'),
  endpoint('lb', 'http://127.0.0.1:9092'),
];

it('are none for parts at their usual places, and for parts that are not there', () => {
  expect(clientVariables(USUAL)).toBe('');
  expect(clientVariables([])).toBe('');
});

it('name the parts that are elsewhere, and DNS by its HTTP interface', () => {
  const moved = USUAL.map(({ part, url }) => endpoint(part, url.replace('8080', '80').replace('8123', '53')));
  expect(clientVariables(moved)).toBe('MESETA_MARATHON=http://127.0.0.1:80 MESETA_DNS=http://127.0.0.1:53');
});

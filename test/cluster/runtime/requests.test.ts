import { Requests } from '../../../cluster/runtime/requests';

describe('requests that wait for an answer', () => {
  it('each gets the answer with its number, whatever the order', () => {
    const requests = new Requests<string>();
    const answers: string[] = [];
    const first = requests.add((answer) => answers.push(`first: ${answer}`));
    const second = requests.add((answer) => answers.push(`second: ${answer}`));
    requests.answer(second, 'b');
    requests.answer(first, 'a');
    expect(answers).toEqual(['second: b', 'first: a']);
  });

  it('a second answer, and one to nobody, are dropped', () => {
    const requests = new Requests<string>();
    const answers: string[] = [];
    const request = requests.add((answer) => answers.push(answer));
    requests.answer(request, 'a');
    requests.answer(request, 'b');
    requests.answer(99, 'c');
    expect(answers).toEqual(['a']);
  });

  it('fails when too many wait, and goes on once one is answered', () => {
    const requests = new Requests<string>(1);
    const request = requests.add(() => undefined);
    expect(() => requests.add(() => undefined)).toThrow('too many requests are waiting');
    requests.answer(request, 'a');
    expect(requests.add(() => undefined)).not.toBe(request);
  });

  it('all that wait get one answer, and only once', () => {
    const requests = new Requests<string>();
    const answers: string[] = [];
    const first = requests.add((answer) => answers.push(`first: ${answer}`));
    requests.add((answer) => answers.push(`second: ${answer}`));
    requests.answerAll('over');
    requests.answer(first, 'late');
    expect(answers).toEqual(['first: over', 'second: over']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { webhookHeaders } from './webhook-signature.ts';

const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('the headers of a webhook', () => {
  it('are those of the example that the libraries of the standard are tested with', () => {
    expect(webhookHeaders(message, [secret])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('are signed with every secret, so that one can be exchanged', () => {
    const [one, other] = ['the old secret of the two', 'the new secret of the two'] as const;
    const signature = (...secrets: string[]) => webhookHeaders(message, secrets)['webhook-signature'];
    expect(signature(one, other)).toBe(`${signature(one)} ${signature(other)}`);
    expect(signature(one)).not.toBe(signature(other));
  });

  it('change with all that they sign', () => {
    const signed = [message, { ...message, id: 'msg_2' }, { ...message, timestamp: 1 }, { ...message, body: '{}' }];
    const signatures = signed.map((each) => webhookHeaders(each, [secret])['webhook-signature']);
    expect(new Set(signatures).size).toBe(4);
  });
});

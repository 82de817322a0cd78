<?php

// Stripe's library for PHP against a running service: check.php http://localhost:8080 sk_test_...
// Expects vendor/autoload.php of the working directory, as composer makes it.

require getcwd() . '/vendor/autoload.php';

[, $address, $key] = $argv;
\Stripe\Stripe::$apiBase = $address; // Where a list's next page is asked for: the client's own base is not passed on.
$stripe = new \Stripe\StripeClient(['api_key' => $key, 'api_base' => $address]);
$order = [
    'mode' => 'payment',
    'line_items' => [[
        'price_data' => ['currency' => 'gbp', 'unit_amount' => 2999, 'product_data' => ['name' => 'Pro Plan']],
        'quantity' => 2,
    ]],
    'success_url' => 'https://shop.example/success',
    'metadata' => ['größe' => 'XL & mehr'],
    'allow_promotion_codes' => false,
];
$done = [];

function check(string $name, bool $holds): void
{
    global $done;
    $done[] = $holds;
    echo ($holds ? 'ok     ' : 'FAILED ') . $name . "\n";
}

function fails(string $class, callable $call): bool
{
    try {
        $call();
    } catch (\Exception $error) {
        return $error instanceof $class;
    }
    return false;
}

$sessions = $stripe->checkout->sessions;
$session = $sessions->create($order);
check('sessions->create', $session->amount_total === 5998 && $session->metadata['größe'] === 'XL & mehr');
check('sessions->retrieve', $sessions->retrieve($session->id)->id === $session->id);
check('sessions->allLineItems', $sessions->allLineItems($session->id)->data[0]->quantity === 2);
$sessions->create($order);
$pages = iterator_to_array($sessions->all(['limit' => 1])->autoPagingIterator(), false);
check('sessions->all, every page', count($pages) >= 2);
check('sessions->update', $sessions->update($session->id, ['metadata' => ['a' => '1']])->metadata['a'] === '1');
check('sessions->expire', $sessions->expire($session->id)->status === 'expired');
$invalid = \Stripe\Exception\InvalidRequestException::class;
check('an expired session', fails($invalid, fn () => $sessions->expire($session->id)));
check('mode: subscription', fails($invalid, fn () => $sessions->create(['mode' => 'subscription'] + $order)));
$options = ['idempotency_key' => $session->id];
check('an idempotency key', $sessions->create($order, $options)->id === $sessions->create($order, $options)->id);
$other = fn () => $sessions->create(['client_reference_id' => '18'] + $order, $options);
check('another call with it', fails(\Stripe\Exception\IdempotencyException::class, $other));
$customer = $stripe->customers->create(['email' => 'ada@example.com', 'phone' => '1']);
check('customers->create', $customer->phone === '1' && !$customer->isDeleted());
check('customers->all', $stripe->customers->all(['email' => 'ada@example.com'])->data[0]->id === $customer->id);
check('customers->update', $stripe->customers->update($customer->id, ['name' => 'Ada'])->name === 'Ada');
check('paymentMethods->all', $stripe->paymentMethods->all(['customer' => $customer->id])->data === []);
check('customers->delete', $stripe->customers->delete($customer->id)->isDeleted());
$intent = $stripe->paymentIntents->create(['amount' => 1200, 'currency' => 'gbp']);
check('paymentIntents->create', $intent->status === 'requires_payment_method');
check('paymentIntents->cancel', $stripe->paymentIntents->cancel($intent->id)->status === 'canceled');
check('paymentIntents->all', $stripe->paymentIntents->all(['limit' => 1])->data[0]->id === $intent->id);
check('refunds->all', $stripe->refunds->all()->object === 'list');
$stranger = new \Stripe\StripeClient(['api_key' => 'sk_test_nobody', 'api_base' => $address]);
check('a wrong key', fails(\Stripe\Exception\AuthenticationException::class, fn () => $stranger->customers->all()));
echo count(array_filter($done)) . ' of ' . count($done) . "\n";
exit(count(array_filter($done)) === count($done) ? 0 : 1);

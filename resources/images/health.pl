#!/usr/bin/env perl
# What a RunPod load balancer asks (FACTS 3.6): 204 while the model loads, 200 once it is served. A server that listens
# only after loading would be taken for a broken worker. Needs perl-base only.
#
#   PORT_HEALTH           port to answer on
#   RPLM_HEALTH_UPSTREAM  host:port/path that answers 200 once the model is served
use strict;
use warnings;
use Errno qw(EINTR);
use IO::Select;
use IO::Socket::INET;

my ($HOST, $PATH) = ($ENV{RPLM_HEALTH_UPSTREAM} // '') =~ m{^([^/]+)(/.*)$} or die "health: RPLM_HEALTH_UPSTREAM is not host:port/path\n";
my $PORT = $ENV{PORT_HEALTH} // '';
die "health: PORT_HEALTH is not set\n" if $PORT !~ /^\d+$/;
$| = 1;
$SIG{PIPE} = 'IGNORE';

my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0:$PORT", Listen => 64, ReuseAddr => 1, Proto => 'tcp')
  or die "health: cannot listen on $PORT: $!\n";
print "health: listening on $PORT\n";

my $said = '';
while (1) {
  my $client = $server->accept;
  if (!defined $client) { next if $! == EINTR; select undef, undef, undef, 0.05; next }
  next if !defined read_line($client, 2);
  my $status = status();
  if ($status ne $said) { print "health: $status\n"; $said = $status }
  my $length = $status eq '204 No Content' ? '' : "content-length: 0\r\n";
  syswrite $client, "HTTP/1.1 $status\r\n${length}connection: close\r\n\r\n";
  # Says goodbye before hanging up: closing with unread bytes would reset the connection and lose the answer.
  shutdown $client, 1;
  my $one = IO::Select->new($client);
  my ($until, $ignored) = (time + 1, '');
  while (time <= $until && $one->can_read(0.2)) { last if !sysread $client, $ignored, 65_536 }
  close $client;
}

# Refused or slow = it loads; an answer that is neither 200 nor 503 = it is broken.
sub status {
  my $upstream = IO::Socket::INET->new(PeerAddr => $HOST, Proto => 'tcp', Timeout => 2) or return '204 No Content';
  syswrite $upstream, "GET $PATH HTTP/1.0\r\nHost: $HOST\r\n\r\n";
  my $line = read_line($upstream, 5) // '';
  return '200 OK' if $line =~ m{^HTTP/1\.[01] 200\b};
  return '204 No Content' if $line eq '' || $line =~ m{^HTTP/1\.[01] 503\b};
  return '500 Internal Server Error';
}

sub read_line {
  my ($socket, $seconds) = @_;
  my ($text, $until) = ('', time + $seconds);
  my $one = IO::Select->new($socket);
  while (time <= $until && length $text < 16_384) {
    next if !$one->can_read(0.5);
    my $got = sysread $socket, $text, 4096, length $text;
    return undef if !$got;
    return $1 if $text =~ /^([^\r\n]*)\r?\n/;
  }
  return undef;
}

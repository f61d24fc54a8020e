// A byte stream to a Redis server, in clear or in TLS. For one thread; every wait inside ends when it is closed.
#pragma once

#include "common/adapters/redis/server.hpp"
#include "common/ports/task.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace harvest::redis {

struct TlsFiles {
    std::string ca_pem;            // empty: the system's store
    std::string cert_pem, key_pem; // of the client, or empty
};

class Transport {
public:
    virtual ~Transport() = default;
    // Errors: unavailable, permission_denied (the certificate is not the server's).
    virtual AsyncResult<void> connect() = 0;
    // What has come, never empty; valid until the next call. Errors: unavailable.
    virtual AsyncResult<std::string_view> read() = 0;
    // Queues the bytes and sends them as the kernel takes them. The caller bounds what it queues.
    virtual void write(std::string_view bytes) = 0;
    virtual void close() = 0;
};

// Makes one transport a connection attempt.
class Transports {
public:
    // Throws std::runtime_error (start-up) for a certificate that does not read.
    Transports(Executor executor, Server server, const TlsFiles& tls);
    ~Transports();
    std::shared_ptr<Transport> make();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace harvest::redis

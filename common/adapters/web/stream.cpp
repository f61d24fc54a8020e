#include "common/adapters/web/stream.hpp"

#include "common/base/assert.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace harvest::web {

namespace {

// The reasons of OpenSSL from there on are alerts that the peer sent.
bool alerted()
{
    return ERR_GET_REASON(ERR_peek_error()) >= SSL_AD_REASON_OFFSET;
}

} // namespace

int Stream::bio_read(BIO* bio, char* out, int length)
{
    auto& self = *static_cast<Stream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (self.cipher_.empty()) {
        if (self.ended_) return 0;
        BIO_set_retry_read(bio);
        return -1;
    }
    const std::size_t size = std::min(self.cipher_.size(), static_cast<std::size_t>(length));
    std::memcpy(out, self.cipher_.data(), size);
    self.cipher_.remove_prefix(size);
    return static_cast<int>(size);
}

int Stream::bio_write(BIO* bio, const char* bytes, int length)
{
    static_cast<Stream*>(BIO_get_data(bio))->enqueue({bytes, static_cast<std::size_t>(length)});
    return length;
}

const BIO_METHOD* Stream::bio_method()
{
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "harvest stream");
        BIO_meth_set_read(made, &Stream::bio_read);
        BIO_meth_set_write(made, &Stream::bio_write);
        BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH; });
        BIO_meth_set_create(made, [](BIO* bio) {
            BIO_set_init(bio, 1);
            return 1;
        });
        return made;
    }();
    return method;
}

Stream::Stream(int descriptor, SSL_CTX* context, Role role, Scratch& scratch)
    : descriptor_(descriptor),
      scratch_(scratch),
      established_(context == nullptr)
{
    if (!context) return;
    ssl_ = SSL_new(context);
    BIO* bio = ssl_ ? BIO_new(bio_method()) : nullptr;
    if (!bio) {
        SSL_free(ssl_);
        ::close(descriptor_);
        throw std::bad_alloc();
    }
    BIO_set_data(bio, this);
    SSL_set_bio(ssl_, bio, bio);
    role == Role::server ? SSL_set_accept_state(ssl_) : SSL_set_connect_state(ssl_);
}

Stream::~Stream()
{
    SSL_free(ssl_);
    ::close(descriptor_);
}

void Stream::enqueue(std::string_view bytes)
{
    if (queue_.empty()) queue_.swap(scratch_.spare); // the spare is empty, but has room
    queue_.append(bytes);
}

Stream::Status Stream::receive(std::string_view& plain)
{
    plain = {};
    if (broken_) return Status::failed;
    char* const into = ssl_ ? scratch_.cipher.data() : scratch_.plain.data();
    const ::ssize_t got = ::recv(descriptor_, into, scratch_.cipher.size(), 0);
    if (got < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return Status::open;
        broken_ = true;
        return Status::failed;
    }
    if (got == 0) ended_ = true;
    if (ssl_) {
        cipher_ = {into, static_cast<std::size_t>(got)};
        return decrypt(plain);
    }
    plain = {into, static_cast<std::size_t>(got)};
    return ended_ ? Status::ended : Status::open;
}

bool Stream::shake_hands()
{
    const int result = SSL_do_handshake(ssl_);
    if (result == 1) {
        established_ = true;
        return true;
    }
    const int error = SSL_get_error(ssl_, result);
    if (error == SSL_ERROR_WANT_READ) return true;
    refused_ = error == SSL_ERROR_SSL && alerted();
    ERR_clear_error();
    broken_ = true;
    return false;
}

Stream::Status Stream::decrypt(std::string_view& plain)
{
    if (!established_) {
        if (!shake_hands()) return Status::failed;
        if (!established_) return ended_ ? Status::failed : Status::open;
    }
    std::size_t total = 0;
    while (total < scratch_.plain.size()) {
        const int got = SSL_read(ssl_, scratch_.plain.data() + total, static_cast<int>(scratch_.plain.size() - total));
        if (got > 0) {
            total += static_cast<std::size_t>(got);
            continue;
        }
        const int error = SSL_get_error(ssl_, got);
        plain = {scratch_.plain.data(), total};
        if (error == SSL_ERROR_WANT_READ) return Status::open;
        refused_ = error == SSL_ERROR_SSL && alerted();
        ERR_clear_error();
        if (error == SSL_ERROR_ZERO_RETURN) return Status::ended; // close_notify: we may still write
        broken_ = true;
        return Status::failed;
    }
    // One recv never decrypts to more than the scratch holds (recv plus one record begun before).
    broken_ = true;
    return Status::failed;
}

bool Stream::write(std::string_view plain)
{
    if (broken_) return false;
    if (!ssl_) {
        enqueue(plain);
        return true;
    }
    while (!plain.empty()) {
        const std::size_t part = std::min(plain.size(), std::size_t{16 * 1024});
        const int written = SSL_write(ssl_, plain.data(), static_cast<int>(part));
        if (written <= 0) {
            ERR_clear_error();
            broken_ = true;
            return false;
        }
        plain.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

bool Stream::flush()
{
    while (sent_ < queue_.size()) {
        const ::ssize_t put = ::send(descriptor_, queue_.data() + sent_, queue_.size() - sent_, MSG_NOSIGNAL);
        if (put < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
            broken_ = true;
            return false;
        }
        sent_ += static_cast<std::size_t>(put);
        if (sent_ < queue_.size()) return true; // the kernel's buffer is full: a level-triggered wait goes on
    }
    sent_ = 0;
    queue_.clear();
    if (queue_.capacity() > scratch_.spare.capacity() && queue_.capacity() <= 256 * 1024) queue_.swap(scratch_.spare);
    if (queue_.capacity() > 64) queue_ = std::string();
    return true;
}

void Stream::finish()
{
    if (!ssl_ || !established_ || broken_) return;
    SSL_shutdown(ssl_);
    ERR_clear_error();
}

bool Stream::start_handshake()
{
    return !ssl_ || shake_hands();
}

} // namespace harvest::web

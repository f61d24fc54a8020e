#include "common/crypto/x509.hpp"

#include "common/base/assert.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/es256_key.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace harvest::crypto {
namespace {

using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

Bytes ip_bytes(const std::string& text)
{
    Bytes bytes(16);
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
    bytes.resize(4);
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
    return {};
}

std::string ip_text(ByteView bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
    return text.data();
}

bool is_dns_name(std::string_view name)
{
    if (name.empty() || name.size() > 253) return false;
    return std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '*';
    });
}

void add_name(GENERAL_NAMES* names, int type, ByteView bytes)
{
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_STRING* text = ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name, type, text);
    sk_GENERAL_NAME_push(names, name);
}

Result<void> add_names(X509* certificate, std::span<const std::string> names)
{
    const GeneralNames list(sk_GENERAL_NAME_new_null());
    for (const std::string& name : names) {
        const Bytes ip = ip_bytes(name);
        if (ip.empty() && !is_dns_name(name)) return Errc::invalid_argument;
        add_name(list.get(), GEN_DNS, as_bytes(name)); // Godot 3 does not understand IP names
        if (!ip.empty()) add_name(list.get(), GEN_IPADD, ip);
    }
    HARVEST_ASSERT(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) == 1);
    return {};
}

// `issuer` is what an extension about the issuer is taken from: the certificate itself if it is self-signed.
void add_extension(X509* certificate, X509* issuer, int nid, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    HARVEST_ASSERT(extension && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

// Subject, key, dates and a random serial number; issuer, extensions and signature are still to come.
X509Ptr begin_certificate(const PrivateKey& key, const std::string& subject, Millis not_before, Millis not_after)
{
    X509Ptr certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::array<std::uint8_t, 16> serial{};
    RAND_bytes(serial.data(), static_cast<int>(serial.size()));
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x40); // positive, of fixed length
    const BigNumber number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), static_cast<std::time_t>(not_before.count() / 1000));
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<std::time_t>(not_after.count() / 1000));
    const std::string common = subject.substr(0, 64);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common.data()), static_cast<int>(common.size()),
                               -1, 0);
    X509_set_pubkey(certificate.get(), key.handle().pkey.get());
    return certificate;
}

std::string sign_certificate(X509* certificate, const PrivateKey& issuer_key)
{
    HARVEST_ASSERT(X509_sign(certificate, issuer_key.handle().pkey.get(), EVP_sha256()) > 0);
    const Bio bio(BIO_new(BIO_s_mem()));
    HARVEST_ASSERT(PEM_write_bio_X509(bio.get(), certificate) == 1);
    return text_of(bio.get());
}

X509Ptr read_certificate(std::string_view pem)
{
    const QuietErrors quiet;
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return X509Ptr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Millis to_millis(const ASN1_TIME* time)
{
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return std::chrono::seconds{timegm(&parts)};
}

} // namespace

Result<std::string> make_certificate(const PrivateKey& key, std::span<const std::string> names, Millis not_before,
                                     Millis not_after)
{
    if (names.empty()) return Errc::invalid_argument;
    const X509Ptr certificate = begin_certificate(key, names.front(), not_before, not_after);
    X509* const raw = certificate.get();
    X509_set_issuer_name(raw, X509_get_subject_name(raw));
    if (const Result<void> named = add_names(raw, names); !named) return named.error();
    add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"); // clients pin it as a CA
    add_extension(raw, raw, NID_key_usage, "critical,digitalSignature,keyCertSign");
    add_extension(raw, raw, NID_ext_key_usage, "serverAuth");
    add_extension(raw, raw, NID_subject_key_identifier, "hash");
    return sign_certificate(raw, key);
}

std::string make_ca_certificate(const PrivateKey& key, const std::string& name, Millis not_before, Millis not_after)
{
    const X509Ptr certificate = begin_certificate(key, name, not_before, not_after);
    X509* const raw = certificate.get();
    X509_set_issuer_name(raw, X509_get_subject_name(raw));
    add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(raw, raw, NID_subject_key_identifier, "hash");
    return sign_certificate(raw, key);
}

Result<std::string> make_leaf_certificate(const PrivateKey& key, std::span<const std::string> names,
                                          std::string_view issuer_pem, const PrivateKey& issuer_key, Millis not_before,
                                          Millis not_after)
{
    const X509Ptr issuer = read_certificate(issuer_pem);
    if (names.empty() || !issuer) return Errc::invalid_argument;
    const X509Ptr certificate = begin_certificate(key, names.front(), not_before, not_after);
    X509* const raw = certificate.get();
    X509_set_issuer_name(raw, X509_get_subject_name(issuer.get()));
    if (const Result<void> named = add_names(raw, names); !named) return named.error();
    add_extension(raw, raw, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(raw, raw, NID_key_usage, "critical,digitalSignature");
    add_extension(raw, raw, NID_ext_key_usage, "serverAuth,clientAuth");
    add_extension(raw, raw, NID_subject_key_identifier, "hash");
    add_extension(raw, issuer.get(), NID_authority_key_identifier, "keyid:always");
    return sign_certificate(raw, issuer_key);
}

std::vector<std::string> split_certificates(std::string_view pem)
{
    const QuietErrors quiet; // the end of the bundle is reported as an error
    std::vector<std::string> out;
    const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    while (const X509Ptr certificate{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
        const Bio text(BIO_new(BIO_s_mem()));
        HARVEST_ASSERT(PEM_write_bio_X509(text.get(), certificate.get()) == 1);
        out.push_back(text_of(text.get()));
    }
    return out;
}

bool is_signed_by(std::string_view certificate_pem, std::string_view ca_pem)
{
    const QuietErrors quiet;
    const X509Ptr certificate = read_certificate(certificate_pem);
    const X509Ptr ca = read_certificate(ca_pem);
    return certificate && ca && X509_check_issued(ca.get(), certificate.get()) == X509_V_OK &&
           X509_verify(certificate.get(), X509_get0_pubkey(ca.get())) == 1;
}

Result<CertificateInfo> certificate_info(std::string_view pem)
{
    const X509Ptr certificate = read_certificate(pem);
    if (!certificate) return Errc::invalid_argument;
    CertificateInfo info;
    std::uint8_t* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    if (size <= 0) return Errc::invalid_argument;
    info.fingerprint = to_hex(sha256({der, static_cast<std::size_t>(size)}));
    OPENSSL_free(der);
    info.not_before = to_millis(X509_get0_notBefore(certificate.get()));
    info.not_after = to_millis(X509_get0_notAfter(certificate.get()));
    const GeneralNames names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const auto* value =
            static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
        if (type != GEN_DNS && type != GEN_IPADD) continue;
        const ByteView bytes(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)));
        std::string text = type == GEN_IPADD ? ip_text(bytes) : std::string(bytes.begin(), bytes.end());
        if (std::find(info.names.begin(), info.names.end(), text) == info.names.end())
            info.names.push_back(std::move(text));
    }
    return info;
}

Result<bool> certificate_fits(std::string_view certificate_pem, std::string_view key_pem)
{
    const QuietErrors quiet;
    const X509Ptr certificate = read_certificate(certificate_pem);
    const Bio bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
    const auto refuse = [](char*, int, int, void*) { return -1; };
    const Pkey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse, nullptr));
    if (!certificate || !key) return Errc::invalid_argument;
    return X509_check_private_key(certificate.get(), key.get()) == 1;
}

} // namespace harvest::crypto

//! `GetProductDetails` and `GetFieldDetails` (emSign API reference, A10).

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

use super::Call;
use crate::{
    envelope::Answer,
    ledger::Group,
    products::{self, CATEGORIES, PRODUCTS, Product},
    refusal::{self, Refusal},
    text::Text,
};

/// Id and name of the one custom field.
pub(super) const COST_CENTER: (&str, &str) = ("456", "Cost center");

#[derive(Default, Deserialize)]
#[serde(default)]
struct ProductRequest {
    #[serde(rename = "groupNumber")]
    group_number: Text,
    #[serde(rename = "categoryID")]
    category_id: Text,
    #[serde(rename = "productCode")]
    product_code: Text,
}

#[derive(Serialize)]
struct Category {
    #[serde(rename = "categoryName")]
    name: &'static str,
    #[serde(rename = "categoryID")]
    id: String,
    #[serde(rename = "currencyType")]
    currency: &'static str,
    products: Vec<ProductRow>,
}

#[derive(Serialize)]
struct ProductRow {
    #[serde(rename = "productCode")]
    code: &'static str,
    #[serde(rename = "productName")]
    name: &'static str,
    #[serde(rename = "productTypeID")]
    type_id: String,
    /// Private PKI rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<&'static str>,
    /// All other rows.
    #[serde(rename = "subscriptionPrice", skip_serializing_if = "Option::is_none")]
    prices: Option<Prices>,
}

/// `{"1 Year": {"cost": "0.0"}, "2 Year": …}`.
struct Prices(&'static [&'static str]);

#[derive(Serialize)]
struct Cost {
    cost: &'static str,
}

impl Serialize for Prices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut years = serializer.serialize_map(Some(self.0.len()))?;
        for (year, cost) in (1..).zip(self.0) {
            years.serialize_entry(&format!("{year} Year"), &Cost { cost })?;
        }
        years.end()
    }
}

fn row(product: &Product) -> ProductRow {
    let private = product.category_id == 8;
    ProductRow {
        code: product.code,
        name: product.name,
        type_id: product.type_id.to_string(),
        price: private.then(|| product.prices.first().copied()).flatten(),
        prices: (!private).then_some(Prices(product.prices)),
    }
}

fn is_offered(product: &Product, group: Option<&Group>) -> bool {
    group.is_none_or(|group| {
        !group
            .withheld_products
            .iter()
            .any(|code| code == product.code)
    })
}

/// The catalogue, by category. Without a group the list is empty, as on the accounts where this
/// was seen: clients should always send one.
pub(super) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: ProductRequest = call.section("productDetails")?;
    let Some(number) = request.group_number.filled() else {
        return Answer::of("productDetails", &[(); 0]);
    };
    let group = call.account.group(number).ok_or(refusal::GROUP_UNKNOWN)?;
    let categories: Vec<_> = CATEGORIES
        .iter()
        .map(|(id, name)| Category {
            name,
            id: id.to_string(),
            currency: "USD",
            products: PRODUCTS
                .iter()
                .filter(|product| product.category_id == *id && is_offered(product, Some(group)))
                .map(row)
                .collect(),
        })
        .collect();
    Answer::of("productDetails", &categories)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: &'static str,
    field_id: &'static str,
    r#type: &'static str,
    maxlength: &'static str,
    is_mandatory: &'static str,
    values: [&'static str; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    certificate_information: [Field; 1],
    additional_information: [Field; 1],
}

/// The fields of a product. The shape is that of the second generation, the only one known
/// (A10.2).
pub(super) fn fields(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: ProductRequest = call.section("productDetails")?;
    let product = products::by_code(request.product_code.as_str()).ok_or(refusal::PRODUCT)?;
    if request
        .category_id
        .filled()
        .is_some_and(|id| id != product.category_id.to_string())
    {
        return Err(refusal::PRODUCT);
    }
    let group = match request.group_number.filled() {
        Some(number) => Some(call.account.group(number).ok_or(refusal::GROUP_UNKNOWN)?),
        None => None,
    };
    if !is_offered(product, group) {
        return Err(refusal::PRODUCT_NOT_IN_GROUP);
    }
    let field = |name, field_id, is_mandatory| Field {
        name,
        field_id,
        r#type: "text",
        maxlength: "64",
        is_mandatory,
        values: [],
    };
    let fields = Fields {
        certificate_information: [field("domainName", "", "1")],
        additional_information: [field(COST_CENTER.1, COST_CENTER.0, "0")],
    };
    Answer::of("customFields", &fields)
}

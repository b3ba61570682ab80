//! The catalogue of products.

use std::collections::BTreeMap;

use certwright_core::{
    directory::Product, fault::Unanswered, product::ProductType, time::Timestamp,
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    wire::directory::{ProductBody, ProductWire},
};

/// The term under which a price without one is kept.
const NO_TERM: &str = "price";

/// `GetProductDetails`: what a group may order (emSign API reference, A10). Some accounts have an
/// empty list unless a group is named.
#[derive(Clone, Debug)]
pub struct GetProductDetails {
    /// The group.
    pub group_number: Option<String>,
}

impl Call for GetProductDetails {
    const OPERATION: &'static str = "GetProductDetails";
    const CHANGES: bool = false;
    type Reply = Vec<Product>;

    fn body(&self) -> impl Serialize {
        ProductBody {
            product_details: ProductWire {
                group_number: self.group_number.as_deref(),
            },
        }
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<Vec<Product>, Unanswered> {
        let mut products = Vec::new();
        for category in data.required_rows("productDetails")? {
            for row in category.required_rows("products")? {
                products.push(Product {
                    code: row.required_text("productCode")?,
                    name: row.text("productName").unwrap_or_default(),
                    // No type that we know: it is listed, but cannot be ordered here.
                    product_type: ProductType(row.number("productTypeID").unwrap_or_default()),
                    category: category.text("categoryName").unwrap_or_default(),
                    currency: category.text("currencyType").unwrap_or_default(),
                    prices: prices(&row),
                    groups: self.group_number.iter().cloned().collect(),
                });
            }
        }
        Ok(products)
    }
}

/// TLS products have `{"1 Year": {"cost": "310.0"}}`, private PKI products one `price` (A10).
fn prices(row: &Data<'_>) -> BTreeMap<String, String> {
    let mut prices = BTreeMap::new();
    if let Some(terms) = row.object("subscriptionPrice") {
        prices.extend(
            terms
                .texts_by_name()
                .map(|(term, cost)| (term.to_owned(), cost)),
        );
        let nested = terms.objects();
        prices.extend(
            nested.filter_map(|(term, price)| Some((term.to_owned(), price.text("cost")?))),
        );
    }
    if let Some(price) = row.text("price") {
        prices.insert(NO_TERM.to_owned(), price);
    }
    prices
}
